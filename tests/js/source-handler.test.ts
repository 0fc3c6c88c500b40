// SPDX-License-Identifier: MIT
//
// dataSource() with functions of the application's own: what reaches them, what they may answer, and what never does.
import assert from 'node:assert/strict';
import { after, afterEach, mock, test } from 'node:test';
import { AbloError, abloSource, dataSource, sourceEventForOperation, type DataSourceOptions } from '@abloatai/ablo/source';
import { dataSourceNext } from '@abloatai/ablo/source/next';
import { AbloPermissionError } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { address, apiKey, ask, signedRequest } from '../support/source';

const schema = defineSchema({ tasks: model({ title: z.string() }), people: model({ name: z.string() }), models: model({ name: z.string() }) });
const row = { id: 't1', title: 'One' };
const logged = mock.method(console, 'error', () => {});
afterEach(() => logged.mock.resetCalls());
after(() => logged.mock.restore());

type Options = Partial<DataSourceOptions<typeof schema, any>>;
const source = (options: object = {}) => dataSource({ schema, apiKey, ...(options as Options) });
const answer = (options: object, body: object | string) => ask(source(options), body);
const load = { type: 'load', model: 'tasks', id: 't1' };
const commit = (...operations: object[]) => ({ type: 'commit', operations, clientTxId: 'tx_1' });
const create = { type: 'CREATE', model: 'tasks', id: 't1', input: { title: 'One' } };

test('each type of request reaches its function, and the answer takes the form of the protocol', async () => {
  const seen: unknown[] = [];
  const note = <T>(answer: T) => ({ context: _, ...input }: any) => (seen.push(input), answer);
  const options = {
    models: { tasks: { load: note(row), list: note([row]), commit: note([row]) } },
    events: note({ events: [], nextCursor: '7' }),
  };
  assert.deepEqual(await answer(options, load), { status: 200, row });
  assert.deepEqual(await answer(options, { type: 'list', model: 'tasks', query: { where: [['title', 'One']], limit: 3, orderBy: 'title', order: 'desc' } }), { status: 200, rows: [row] });
  assert.deepEqual(await answer(options, { type: 'list', model: 'tasks' }), { status: 200, rows: [row] });
  assert.deepEqual(await answer(options, commit(create)), { status: 200, rows: [row] });
  assert.deepEqual(await answer(options, { type: 'events', cursor: '6', limit: 10 }), { status: 200, events: [], nextCursor: '7' });
  assert.deepEqual(seen, [
    { id: 't1' },
    { query: { where: [['title', '=', 'One']], limit: 3, orderBy: 'title', order: 'desc' } },
    { query: {} },
    { operations: [create], clientTxId: 'tx_1' },
    { cursor: '6', limit: 10 },
  ]);
});

test('a row that is not there is null; a page, a batch and deltas pass as they are', async () => {
  assert.deepEqual(await answer({ models: { tasks: { load: () => undefined } } }, load), { status: 200, row: null });
  const page = { rows: [row], nextCursor: 'next' };
  assert.deepEqual(await answer({ models: { tasks: { list: async () => page } } }, { type: 'list', model: 'tasks' }), { status: 200, ...page });
  const deltas = [{ model: 'tasks', id: 't1', type: 'CREATE', data: row }];
  assert.deepEqual(await answer({ commit: () => ({ deltas }) }, commit(create)), { status: 200, deltas });
});

test('handlers may stand under their model, also for a model whose name is an option', async () => {
  assert.deepEqual(await answer({ tasks: { load: () => row } }, load), { status: 200, row });
  const options = { models: { models: { load: () => ({ id: 'm', name: 'M' }) } } };
  assert.equal((await answer(options, { ...load, model: 'models' })).row.name, 'M');
});

test('functions know on whose behalf they are asked, and by which message', async () => {
  const scope = { organizationId: 'o1', participantId: 'ada', participantKind: 'user' };
  let context: any;
  const handler = source({ authorize: ({ body, rawBody }: any) => `${body.type} ${rawBody.length}`, models: { tasks: { load: (input: any) => void (context = input.context) } } });
  const body = { ...load, scope };
  const request = await signedRequest(body, { messageId: 'msg_7' });
  await handler(request);
  assert.deepEqual([context.scope, context.messageId, context.auth], [scope, 'msg_7', `load ${JSON.stringify(body).length}`]);
  assert.equal(context.request, request);
  assert.ok(Math.abs(Date.now() - context.signedAt) < 10_000);
});

test('a batch over several models needs one commit for all of them', async () => {
  const both = commit(create, { type: 'DELETE', model: 'people', id: 'p1' });
  const each = { models: { tasks: { commit: () => [] }, people: { commit: () => [] } } };
  assert.deepEqual((await answer(each, both)).error, 'source_commit_requires_single_model');
  const { status, rows } = await answer({ ...each, commit: ({ operations }: any) => operations.map(({ id }: any) => ({ id })) }, both);
  assert.deepEqual([status, rows], [200, [{ id: 't1' }, { id: 'p1' }]]);
  const { type, id, input } = create;
  assert.equal((await answer(each, { ...commit({ type, id, input }), model: 'tasks' })).status, 200, 'the model of the commit is that of its operations');
});

test('nothing is looked at before the signature, and nothing of a stranger reaches the application', async () => {
  let reached = 0;
  const handler = source({ authorize: () => void reached++, models: { tasks: { load: () => void reached++ } } });
  const unsigned = await handler(new Request(address, { method: 'POST', body: 'not JSON' }));
  assert.deepEqual([unsigned.status, ((await unsigned.json()) as any).error], [401, 'source_id_missing']);
  const request = await signedRequest(load);
  const forged = await handler(new Request(address, { method: 'POST', body: JSON.stringify({ ...load, id: 't2' }), headers: request.headers }));
  assert.deepEqual([forged.status, ((await forged.json()) as any).error], [401, 'source_signature_invalid']);
  assert.equal(reached, 0);
});

test('bad input has a name each', async () => {
  const list = (query: unknown) => ({ type: 'list', model: 'tasks', query });
  const where = (...condition: unknown[]) => list({ where: [condition] });
  const cases: [string, number, object | string][] = [
    ['invalid_json', 400, '{"type":'],
    ['invalid_json', 400, ''],
    ['unknown_source_request', 400, '[]'],
    ['unknown_source_request', 400, { type: 'drop' }],
    ['unknown_source_request', 400, { type: 'toString' }],
    ['unknown_model', 400, { ...load, model: 'task' }],
    ['unknown_model', 400, { ...load, model: '__proto__' }],
    ['unknown_model', 400, { type: 'load' }],
    ['invalid_id', 400, { ...load, id: 7 }],
    ['invalid_id', 400, { ...load, id: 'x'.repeat(256) }],
    ['invalid_request', 400, { ...load, scope: 'o1' }],
    ['invalid_request', 400, { ...load, scope: { organizationId: { not: '' } } }],
    ['query_invalid', 400, list([])],
    ['query_invalid', 400, list({ limit: -1 })],
    ['query_invalid', 400, list({ limit: '1; drop table tasks' })],
    ['query_invalid', 400, list({ orderBy: 'title', order: 'sideways' })],
    ['query_invalid', 400, list({ where: { title: 'One' } })],
    ['query_invalid', 400, where('title')],
    ['query_invalid', 400, where('title', 'IN', 'One')],
    ['query_invalid', 400, where('title', '=', ['One'])],
    ['query_invalid', 400, where('title', 'LIKE', 1)],
    ['query_unsupported_operator', 400, where('title', '; drop table tasks', 1)],
    ['unknown_field', 400, where('colour', 'red')],
    ['unknown_field', 400, list({ orderBy: 'constructor' })],
    ['commit_operation_required', 400, { type: 'commit' }],
    ['commit_operation_required', 400, commit()],
    ['commit_too_many_operations', 400, commit(...Array.from({ length: 501 }, () => create))],
    ['source_commit_invalid', 400, commit('CREATE' as never)],
    ['source_commit_invalid', 400, commit({ ...create, type: 'create' })],
    ['source_commit_invalid', 400, commit({ ...create, input: 'One' })],
    ['source_commit_invalid', 400, { ...commit(create), clientTxId: 7 }],
    ['unknown_model', 400, commit({ ...create, model: 'task' })],
    ['unknown_field', 400, commit({ ...create, input: { colour: 'red' } })],
    ['unknown_field', 400, '{"type":"commit","operations":[{"type":"CREATE","model":"tasks","input":{"__proto__":{"a":1}}}]}'],
    ['invalid_id', 400, commit({ type: 'UPDATE', model: 'tasks', input: {} })],
    ['invalid_request', 400, { type: 'events', cursor: 7 }],
    ['invalid_request', 400, { type: 'events', limit: 0.5 }],
    ['source_load_not_configured', 404, load],
    ['source_list_not_configured', 404, list({})],
    ['source_commit_not_configured', 404, commit(create)],
    ['source_events_not_configured', 404, { type: 'events' }],
  ];
  for (const [error, status, body] of cases) {
    const answered = await answer({}, body);
    assert.deepEqual([answered.error, answered.status], [error, status], JSON.stringify(body).slice(0, 120));
    assert.ok(answered.message.length > 10 && !/undefined|\[object/.test(answered.message), answered.message);
  }
  assert.equal(logged.mock.callCount(), 0);
});

test('only POST is taken, and a body that is too large is not read to its end', async () => {
  const get = await source()(new Request(address));
  assert.deepEqual([get.status, get.headers.get('allow'), ((await get.json()) as any).error], [405, 'POST', 'method_not_allowed']);
  let read = 0;
  const endless = new ReadableStream({ pull: (to) => (read++, to.enqueue(new Uint8Array(64 * 1024))) });
  const large = await source()(new Request(address, { method: 'POST', body: endless, duplex: 'half' } as RequestInit));
  assert.deepEqual([large.status, ((await large.json()) as any).error], [413, 'request_too_large']);
  assert.ok(read < 25, `${read} chunks were read`);
});

test('without a secret nothing is answered; it may come from the environment, from a function, or be one of its own', async () => {
  const models = { tasks: { load: () => row } };
  const before = process.env['ABLO_API_KEY'];
  try {
    delete process.env['ABLO_API_KEY'];
    for (const none of [undefined, '', [], () => '']) assert.equal((await ask(dataSource({ schema, models, apiKey: none }), load)).error, 'source_api_key_missing');
    process.env['ABLO_API_KEY'] = apiKey;
    assert.equal((await ask(dataSource({ schema, models }), load)).status, 200);
  } finally {
    if (before === undefined) delete process.env['ABLO_API_KEY'];
    else process.env['ABLO_API_KEY'] = before;
  }
  const byModel = async ({ body }: any) => (body.model === 'tasks' ? apiKey : 'sk_other');
  assert.equal((await answer({ models, apiKey: byModel }, load)).status, 200);
  assert.equal((await answer({ models, apiKey: 'sk_other', signingSecret: ['s_new', apiKey] }, load)).status, 200);
  assert.equal((await answer({ models, signingSecret: 's_new' }, load)).error, 'source_signature_invalid');
});

test('what is not granted is refused, and says what was', async () => {
  const granted = await answer({ resolveScopes: () => new Set(['load']), models: { tasks: { load: () => row } } }, load);
  assert.equal(granted.status, 200);
  const refused = await answer({ resolveScopes: async () => ['load', 'list'], commit: () => assert.fail('it was reached') }, commit(create));
  assert.deepEqual([refused.status, refused.error, refused.required, refused.granted], [403, 'source_forbidden', 'commit', ['load', 'list']]);
});

test('who authorize() throws out is refused, without a word of its own that might be a secret', async () => {
  const thrown = (error: unknown) => answer({ authorize: () => { throw error; } }, load);
  assert.deepEqual([(await thrown(new Error('secret'))).status, (await thrown(Object.assign(new Error('secret'), { status: 401 }))).status], [403, 401]);
  assert.doesNotMatch(JSON.stringify(await thrown(new Error('secret'))), /secret"|: secret/);
  const own = await thrown(new AbloPermissionError('permission_denied', { message: 'Not on Sundays.' }));
  assert.deepEqual([own.status, own.error, own.message], [403, 'permission_denied', 'Not on Sundays.']);
});

test('an AbloError of a function is the answer; anything else is hidden, and logged', async () => {
  const thrown = (error: unknown) => answer({ models: { tasks: { load: () => { throw error; } } } }, load);
  const stale = await thrown(new AbloError('stale_context', { message: 'It changed.', details: { conflicts: [] } }));
  assert.deepEqual(stale, { status: 409, error: 'stale_context', message: 'It changed.', conflicts: [] });
  assert.equal(logged.mock.callCount(), 0);
  const failure = new Error('password=hunter2');
  const hidden = await thrown(failure);
  assert.deepEqual([hidden.status, hidden.error], [500, 'internal_error']);
  assert.doesNotMatch(JSON.stringify(hidden), /hunter2/);
  assert.equal(logged.mock.calls[0]!.arguments[1], failure);
});

test('a row that JSON cannot say is a failure of the application, not of the request', async () => {
  assert.equal((await answer({ models: { tasks: { load: () => ({ id: 't1', size: 1n }) } } }, load)).status, 500);
});

test('a route of Next.js is the same handler, and so is the older name', async () => {
  const { POST } = dataSourceNext({ schema, apiKey, models: { tasks: { load: () => row } } });
  assert.deepEqual(await ask(POST, load), { status: 200, row });
  assert.equal(abloSource, dataSource);
});

test('an operation of the application becomes an event, or is refused by name', () => {
  const operation = { type: 'UPDATE', model: 'tasks', id: 't1', input: { title: 'Two' } } as const;
  assert.deepEqual(sourceEventForOperation({ eventId: 'e1', operation, occurredAt: new Date(5), clientTxId: 'tx_1' }), {
    id: 'e1', model: 'tasks', entityId: 't1', type: 'UPDATE', data: { title: 'Two' }, clientTxId: 'tx_1', occurredAt: 5,
  });
  const deleted = sourceEventForOperation({ eventId: 'e2', operation: { type: 'DELETE', model: 'tasks' }, entityId: 't2', data: row, occurredAt: 5 });
  assert.deepEqual(deleted, { id: 'e2', model: 'tasks', entityId: 't2', type: 'DELETE', occurredAt: 5 });
  const wrong = [{ eventId: '', operation, occurredAt: 5 }, { eventId: 'e', operation: { type: 'CREATE', model: 'tasks' } as const, occurredAt: 5 }, { eventId: 'e', operation, occurredAt: NaN }];
  for (const input of wrong) assert.throws(() => sourceEventForOperation(input), { code: 'source_event_invalid' });
});
