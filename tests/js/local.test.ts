// SPDX-License-Identifier: MIT
//
// A client with its real core and no server at all: what is written is there at once, in order, and rows stay
// themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ablo, { type MutationFailure } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';

const schema = defineSchema({
  tasks: model({
    id: z.string(),
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']).default('todo'),
    price: z.number().optional(),
    due: z.date().nullable().default(null),
    place: z.object({ x: z.number() }).optional(),
    updatedAt: z.string(),
  }),
  logs: model({ text: z.string() }, { mutable: false }),
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
// Nothing listens on port 9.
const offline = (options: object = {}) =>
  Ablo({ schema, baseURL: 'http://127.0.0.1:9', defaultWait: 'queued', logger: quiet, ...options });
const row = { title: 'write it', place: { x: 1 } };

test('a row that was created is there with its defaults, dates and values of its types', async () => {
  const ablo = offline();
  const task = await ablo.tasks.create({ ...row, due: new Date(1_000) });
  assert.match(task.id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { ...task, id: '', createdAt: 0, updatedAt: '' },
    {
      id: '',
      title: 'write it',
      status: 'todo',
      price: undefined,
      due: new Date(1_000),
      place: { x: 1 },
      createdAt: 0,
      updatedAt: '',
      createdBy: undefined,
      organizationId: undefined,
      archivedAt: undefined,
    },
  );
  assert.ok(task.createdAt instanceof Date);
  assert.equal(task.updatedAt, new Date(task.updatedAt).toISOString());
  assert.equal((await ablo.tasks.create({ title: 'none' })).due, null);
  assert.ok(Object.isFrozen(task));
  assert.equal(Object.getPrototypeOf(task), Object.prototype);
  await ablo.dispose();
});

test('writes called before the core is there arrive in the order they were called', async () => {
  const ablo = offline();
  assert.equal(ablo.tasks.get('a'), undefined);
  const all = [
    ablo.tasks.create({ ...row, id: 'a' }),
    ablo.tasks.update('a', { title: 'second' }),
    ablo.tasks.create({ data: { ...row }, id: 'b' }),
    ablo.tasks.update({ id: 'a', data: { title: 'third' } }),
    ablo.tasks.delete('b'),
  ] as const;
  await Promise.all(all);
  assert.equal(ablo.tasks.retrieve('a')?.title, 'third');
  assert.equal(ablo.tasks.retrieve('b'), undefined);
  await ablo.dispose();
});

test('once the core is there a write shows before its promise is looked at', async () => {
  const ablo = offline();
  await ablo.tasks.create({ ...row, id: 'a' });
  ablo.tasks.update('a', { title: 'now' });
  assert.equal(ablo.tasks.get('a')?.title, 'now');
  ablo.tasks.delete('a');
  assert.equal(ablo.tasks.get('a'), undefined);
  assert.equal(ablo.tasks.getCount(), 0);
  await ablo.dispose();
});

test('rows and results stay the same objects until they change', async () => {
  const ablo = offline();
  const [a, b] = [await ablo.tasks.create({ ...row, id: 'a' }), await ablo.tasks.create({ ...row, id: 'b' })];
  const todo = { where: { status: 'todo' }, orderBy: { id: 'asc' } } as const;
  const before = ablo.tasks.getAll(todo);
  assert.equal(ablo.tasks.get('a'), a);
  assert.equal(ablo.tasks.getAll(todo), before);
  assert.deepEqual(before, [a, b]);
  assert.equal(before[0], a);

  ablo.tasks.update('b', { title: 'other' });
  const after = ablo.tasks.getAll(todo);
  assert.notEqual(after, before);
  assert.equal(after[0], a);
  assert.notEqual(after[1], b);
  assert.deepEqual(before, [a, b]);

  ablo.tasks.update('b', { status: 'done' });
  assert.deepEqual(ablo.tasks.getAll(todo), [a]);
  assert.equal(ablo.tasks.getCount({ where: { status: 'done' } }), 1);
  await ablo.dispose();
});

test('a slot that is used again shows the new row and never the old one', async () => {
  const ablo = offline();
  await ablo.tasks.create({ ...row, id: 'old' });
  for (let i = 0; i < 50; i++) {
    const id = `row ${i}`;
    await ablo.tasks.create({ title: id, id });
    assert.equal(ablo.tasks.get(id)?.title, id);
    assert.equal(ablo.tasks.get(id)?.id, id);
    ablo.tasks.delete(id);
    assert.equal(ablo.tasks.get(id), undefined);
    await null;
  }
  assert.equal(ablo.tasks.get('old')?.title, row.title);
  await ablo.dispose();
});

test('ids and text in any script come back as they went in', async () => {
  const ablo = offline();
  for (const text of ['ä', '日本語', '🙂', '__proto__', 'constructor', 'a"b\\c\n', ' ']) {
    await ablo.tasks.create({ id: text, title: text });
    assert.equal(ablo.tasks.get(text)?.title, text);
    assert.equal(ablo.tasks.getAll({ where: { id: text } })[0]?.title, text);
  }
  await ablo.dispose();
});

test('queries filter, order, skip and limit in that order', async () => {
  const ablo = offline();
  for (const [id, price] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
    ['d', undefined],
  ] as const)
    await ablo.tasks.create({ id, title: id, price });
  const ids = (options: Parameters<typeof ablo.tasks.getAll>[0]) => ablo.tasks.getAll(options).map(({ id }) => id);
  assert.deepEqual(ids({ orderBy: { price: 'asc' } }), ['b', 'c', 'a', 'd']);
  assert.deepEqual(ids({ orderBy: { price: 'asc' }, offset: 1, limit: 2 }), ['c', 'a']);
  assert.deepEqual(ids({ orderBy: { price: 'asc' }, filter: ({ id }) => id !== 'c', offset: 1, limit: 1 }), ['a']);
  assert.deepEqual(ids({ where: [['price', '>=', 2]], orderBy: { id: 'asc' } }), ['a', 'c']);
  assert.deepEqual(ids({ where: { price: null } }), ['d']);
  assert.deepEqual(ids({ where: { id: ['a', 'd'] }, orderBy: { id: 'desc' } }), ['d', 'a']);
  assert.deepEqual(ids({ limit: 0 }), []);
  assert.throws(() => ids({ where: { colour: 'red' } as never }), { code: 'unknown_field' });
  await ablo.dispose();
});

test('onChange tells at once and then after each change, once for many changes of one turn', async () => {
  const ablo = offline();
  await ablo.tasks.create({ ...row, id: 'a' });
  const seen: number[] = [];
  const stop = ablo.tasks.onChange((rows) => seen.push(rows.length), { where: { status: 'todo' } });
  assert.deepEqual(seen, [1]);
  for (let i = 0; i < 100; i++) ablo.tasks.create({ ...row });
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(seen, [1, 2, 101]);
  stop();
  ablo.tasks.delete('a');
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(seen.length, 3);
  await ablo.dispose();
});

test('onCount tells how many match, and again only when that is another number', async () => {
  const ablo = offline();
  await ablo.tasks.create({ ...row, id: 'a' });
  const seen: number[] = [];
  const stop = ablo.tasks.onCount((count) => seen.push(count), { where: { status: 'todo' }, limit: 1 });
  await ablo.tasks.create({ ...row, id: 'b' });
  await ablo.tasks.update('b', { title: 'counted once' });
  await ablo.tasks.update('a', { status: 'done' });
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(seen, [1, 2, 1]);
  stop();
  ablo.tasks.delete('b');
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(seen.length, 3);
  await ablo.dispose();
});

test('what cannot be written is refused by name and changes nothing', async () => {
  const ablo = offline();
  await ablo.tasks.create({ ...row, id: 'a' });
  const refused = async (promise: Promise<unknown>, expected: object) => {
    await assert.rejects(promise, expected);
    assert.equal(ablo.tasks.get('a')?.title, row.title);
    assert.equal(ablo.tasks.getCount(), 1);
  };
  await refused(ablo.tasks.update('a', { titel: 'x' } as never), {
    name: 'AbloValidationError',
    code: 'unknown_field',
  });
  await refused(ablo.tasks.update('a', { title: 7 } as never), { code: 'wrong_type', param: 'title' });
  await refused(ablo.tasks.update('a', { price: NaN }), { code: 'wrong_type', param: 'price' });
  await refused(ablo.tasks.update('a', { status: 'later' as never }), { code: 'wrong_type' });
  await refused(ablo.tasks.update('a', (async () => ({ title: 'x' })) as never), { code: 'wrong_type', param: 'data' });
  await refused(ablo.tasks.create({ price: 1 } as never), { code: 'model_required_field_missing', param: 'title' });
  await refused(ablo.tasks.create({ ...row, id: '' }), { code: 'invalid_id' });
  await refused(ablo.tasks.create({ ...row, id: 7 as never }), { code: 'invalid_id' });
  await refused(ablo.tasks.create(null as never), { name: 'AbloValidationError' });
  await refused(ablo.tasks.update(undefined as never, {}), { name: 'AbloValidationError' });
  await refused(ablo.logs.create({ text: 'x' }), { code: 'permission_denied' });
  await refused(ablo.tasks.update('a', {}, { wait: 'maybe' as never }), {
    code: 'write_options_invalid',
    param: 'wait',
  });
  await refused(ablo.tasks.update('a', {}, { readAt: -1 }), { code: 'write_options_invalid', param: 'readAt' });
  await refused(ablo.tasks.update('a', {}, { onStale: 'maybe' as never }), {
    code: 'write_options_invalid',
    param: 'onStale',
  });
  await refused(ablo.tasks.update('a', {}, { idempotencyKey: '' }), {
    code: 'write_options_invalid',
    param: 'idempotencyKey',
  });
  await refused(ablo.tasks.update('a', {}, { wait: 'confirmed', timeout: 'soon' as never }), {
    code: 'duration_invalid',
    param: 'timeout',
  });
  await refused(ablo.commits.create({ operations: [] }), { code: 'commit_operation_required' });
  await refused(ablo.commits.create({ operation: { action: 'delete', model: 'task', id: 'a' } }), {
    code: 'unknown_model',
  });
  assert.throws(() => ablo.model('task' as never), { code: 'unknown_model', message: /tasks, logs|logs, tasks/ });
  await ablo.dispose();
});

test('a snapshot before the first connection is refused by name', async () => {
  const ablo = offline();
  assert.throws(() => ablo.snapshot({ tasks: 'a' }), { code: 'sync_not_ready' });
  await ablo.tasks.create({ ...row, id: 'a' });
  assert.throws(() => ablo.snapshot({ tasks: 'a' }), { code: 'sync_not_ready' });
  await ablo.dispose();
});

test('waiting for a confirmation ends with its timeout and says the key; the write stays', async () => {
  const ablo = offline();
  const write = ablo.tasks.create({ ...row, id: 'a' }, { wait: 'confirmed', timeout: '20ms', idempotencyKey: 'k1' });
  await assert.rejects(write, {
    name: 'AbloConnectionError',
    code: 'commit_no_result',
    details: { idempotencyKey: 'k1' },
  });
  assert.equal(ablo.tasks.get('a')?.title, row.title);
  assert.equal(ablo.syncStatus.pendingChanges, 1);
  await assert.rejects(ablo.waitForFlush(10), { code: 'flush_timeout' });
  await ablo.dispose();
});

test('a disposed client refuses by name, tells what did not settle and reads as empty', async () => {
  const errors: string[] = [];
  const failures: MutationFailure[] = [];
  const ablo = offline({ logger: { ...quiet, error: (message: string) => errors.push(message) } });
  ablo.onMutationFailure((failure) => failures.push(failure));
  const waiting = ablo.tasks.create({ ...row, id: 'a' }, { wait: 'confirmed' });
  for (let i = 0; i < 3; i++) ablo.tasks.create({ ...row });
  while (ablo.syncStatus.pendingChanges < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([assert.rejects(waiting, { code: 'client_disposed' }), ablo.dispose()]);
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(errors.length, 1);
  assert.match(errors[0]!, /2 more/);
  assert.deepEqual(
    failures.map(({ permanent }) => permanent),
    [false, false, false, false],
  );
  assert.equal(ablo.tasks.get('a'), undefined);
  assert.deepEqual(ablo.tasks.getAll(), []);
  assert.equal(ablo.syncStatus.name, 'disconnected');
  await assert.rejects(ablo.tasks.update('a', {}), { code: 'client_disposed' });
  await assert.rejects(ablo.ready(), { code: 'client_disposed' });
  await ablo.dispose();
});

test('two clients in one process share nothing', async () => {
  const [one, other] = [offline(), offline()];
  await one.tasks.create({ ...row, id: 'a' });
  await other.tasks.create({ ...row, id: 'b' });
  assert.deepEqual([one.tasks.getCount(), other.tasks.getCount()], [1, 1]);
  assert.equal(one.tasks.get('b'), undefined);
  await Promise.all([one.dispose(), other.dispose()]);
});

test('options that cannot be used are told by ready() and by every write, not by the constructor', async () => {
  const ablo = offline({ databaseUrl: 'postgres://db/app' });
  await assert.rejects(ablo.ready(), { code: 'invalid_options', param: 'databaseUrl' });
  await assert.rejects(ablo.tasks.create({ ...row }), { code: 'invalid_options' });
  assert.equal(ablo.syncStatus.error?.code, 'invalid_options');
  const without = Ablo({ logger: quiet });
  await assert.rejects(without.ready(), { code: 'invalid_options', param: 'schema' });
  await assert.rejects(without.sessions.create({ user: { id: 'ada' } }), { code: 'apikey_missing' });
});
