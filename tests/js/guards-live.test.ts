// SPDX-License-Identifier: MIT
//
// Guards against a whole server on the embedded database: what two who know nothing of each other cannot do to each other.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import Ablo, { AbloStaleContextError, type AbloOptions } from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { schema } from '../support/scripted-stage';
import { until } from '../support/until';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const more = ({ count = 0 }: { count?: number }) => ({ count: count + 1 });

let server: TestServer;
before(async () => void (server = await testServer({ schema })));
after(() => server?.close());

const made: { dispose(): Promise<void> }[] = [];
after(() => Promise.all(made.map((client) => client.dispose())));

function connect(agentId: string, options: AbloOptions<typeof schema> = {}) {
  const client = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, agentId, logger: quiet, ...options });
  made.push(client);
  return client;
}

test("with guard 'auto' nobody writes over what they have not seen", async () => {
  const [one, other] = [connect('one', { guard: 'auto' }), connect('other')];
  const { id } = await other.tasks.create({ title: 'one' });
  await one.tasks.load({ where: { id } });
  await other.tasks.update(id, { title: 'theirs' });
  await assert.rejects(one.tasks.update(id, { title: 'mine' }), (error) => {
    assert.ok(error instanceof AbloStaleContextError);
    assert.deepEqual(error.conflicts.map(({ fields }) => fields), [['title']]);
    return true;
  });
  await until('the change is here', () => one.tasks.get(id)?.title === 'theirs');
  assert.equal((await one.tasks.update(id, { title: 'knowing' })).title, 'knowing');
  assert.equal((await one.tasks.update(id, { title: 'once more' })).title, 'once more');
});

test('what two add at the same time is all there, also without a pause in between', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const { id } = await one.tasks.create({ title: 'counted', count: 0 });
  await other.tasks.load({ where: { id } });
  const writes = Array.from({ length: 10 }, () => [one, other].map((client) => client.tasks.update(id, more)));
  await Promise.all(writes.flat());
  await until('both have seen all', () => [one, other].every((client) => client.tasks.get(id)?.count === 20));
});

test('made from the row, an update works under a claim, one of its own or one that is held', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const { id } = await one.tasks.create({ title: 'held', count: 0 });
  assert.equal((await other.tasks.update(id, more, { claim: { action: 'counting' } })).count, 1);
  await one.tasks.claim(id, async () => {
    await assert.rejects(other.tasks.update(id, more), { code: 'entity_claimed' });
    await Promise.all([one.tasks.update(id, more), one.tasks.update(id, more)]);
  });
  assert.equal((await other.tasks.update(id, more)).count, 4);
});

test('a write is refused when a row that it relied on has changed, and told which', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const { id } = await one.tasks.create({ title: 'free' });
  await one.tasks.create({ title: 'relies on it' }, { reads: [{ model: 'tasks', id }] });
  const readAt = one.snapshot({ tasks: id }).stamp;
  await other.tasks.update(id, { title: 'taken' });
  const rely = (fields?: string[]) => one.tasks.create({ title: 'too late' }, { reads: [{ model: 'tasks', id, readAt, ...(fields && { fields }) }] });
  await assert.rejects(rely(), (error) => error instanceof AbloStaleContextError && error.conflicts[0]!.id === id);
  await assert.rejects(rely(['title']), { code: 'stale_context' });
  assert.equal((await rely(['count'])).title, 'too late');
});

test('what a write cannot have relied on is refused by name', async () => {
  const one = connect('one');
  const { id } = await one.tasks.create({ title: 'read' });
  const read = { model: 'tasks', id };
  const refused = (reads: object[], expected: object) => assert.rejects(one.tasks.create({ title: 'x' }, { reads: reads as never }), expected);
  await refused([{ ...read, model: 'task' }], { code: 'unknown_model', message: /tasks/ });
  await refused([{ ...read, fields: ['colour'] }], { code: 'unknown_field' });
  await refused([{ model: 'tasks', id: '' }], { code: 'invalid_id' });
  await refused(Array(501).fill(read), { code: 'write_options_invalid', param: 'reads' });
  await refused([{ ...read, onStale: 'merge' }], { code: 'write_options_invalid', param: 'reads' });
  await refused([{ ...read, readAt: 1_000_000 }], { code: 'write_options_invalid' });
  await one.tasks.create({ title: 'x' }, { reads: Array(500).fill(read) });
});

test('a script whose update threw ends by itself', async () => {
  const { id } = await connect('one').tasks.create({ title: 'counted', count: 0 });
  const script = `
    import Ablo from '@abloatai/ablo';
    import { defineSchema, model, z } from '@abloatai/ablo/schema';
    const ablo = Ablo({ schema: defineSchema({ tasks: model({ title: z.string(), count: z.number().optional() }) }) });
    const thrown = await ablo.tasks.update('${id}', () => { throw new Error('no such luck'); }).catch((error) => error);
    console.log(thrown.message);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ABLO_URL: server.url, ABLO_API_KEY: server.apiKey },
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  assert.match(printed, /no such luck/);
});
