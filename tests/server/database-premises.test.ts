// SPDX-License-Identifier: MIT
//
// What a commit goes by besides the rows it writes as they were: rows it read, own writes it was based on, the log itself.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { dropTask, makeTask, onEachDatabase, setTask, type Answer, type Tenant } from './support/databases';

const read = (id: string, readAt: number, more: object = {}) => ({ model: 'tasks', id, readAt, onStale: 'reject', ...more });
/** As the hub writes it: tasks that have this status. */
const queried = (status: string, readAt: number, more: object = {}) => ({
  model: 'tasks',
  query: { where: [['status', '=', status]] },
  condition: `i.image is not null and (i.image->>'status') = ($2->>0)`,
  params: [status],
  readAt,
  onStale: 'reject',
  ...more,
});
const codeOf = ({ status, error }: Answer): string => error?.code ?? status;

onEachDatabase((tenant) => {
  async function withTasks(...ids: string[]): Promise<[Tenant, Tenant, number]> {
    const ann = tenant();
    const { seq } = await ann.commit(ids.map((id) => makeTask(id, { title: id, status: 'todo' })));
    return [ann, ann.as('bot'), seq as number];
  }

  test('a row that was read and has changed refuses the write of another row, and says which', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    await bot.update('tasks', 't2', { status: 'done' });
    const { error } = await ann.commit([setTask('t1', { title: 'x' })], { premises: [read('t2', readAt)] });
    assert.equal(error.code, 'stale_context');
    assert.deepEqual(error.conflicts, [{ model: 'tasks', id: 't2', fields: ['status'], seq: 3, actor: bot.actor }]);
  });

  test('of a row of which fields were read, another field may change, but the row may not go', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    const premises = [read('t2', readAt, { fields: ['title'] })];
    await bot.update('tasks', 't2', { status: 'done' });
    assert.equal(codeOf(await ann.commit([setTask('t1', { title: 'x' })], { premises })), 'confirmed');
    await bot.commit([dropTask('t2')]);
    assert.equal(codeOf(await ann.commit([setTask('t1', { title: 'y' })], { premises })), 'stale_context');
  });

  test('a row that was not there when it was looked for, and is now, refuses the write', async () => {
    const [ann, bot, readAt] = await withTasks('t1');
    await bot.task('t2');
    const receipt = await ann.commit([setTask('t1', { title: 'x' })], { premises: [read('t2', readAt)] });
    assert.equal(codeOf(receipt), 'stale_context');
  });

  test('of two commits in a batch that each rely on what the other writes, one is refused', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    const one = ann.asked([setTask('t1', { title: 'x' })], { premises: [read('t2', readAt)] });
    const other = bot.asked([setTask('t2', { title: 'y' })], { premises: [read('t1', readAt)] });
    const [first, second] = await ann.batch([one, other]);
    assert.deepEqual([codeOf(first!), codeOf(second!)], ['confirmed', 'stale_context']);
    assert.deepEqual(await ann.batch([other]), [second]);
  });

  test('a query that was asked falls with a row that came, went, or is no longer one of its rows', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2', 't3');
    const changes = [makeTask('t4', { status: 'doing' }), setTask('t1', { status: 'doing' }), dropTask('t2')];
    await bot.commit(changes);
    const met = async (status: string) =>
      ((await ann.commit([setTask('t3', { title: 'x' })], { premises: [queried(status, readAt)] })).error?.conflicts ?? [])
        .map(({ id, seq }: Answer) => [id, seq - readAt]);
    assert.deepEqual(await met('doing'), [['t4', 1], ['t1', 2]]);
    assert.deepEqual(await met('todo'), [['t1', 2], ['t2', 3]]);
    assert.deepEqual(await met('done'), []);
  });

  test('a query does not fall with what its own session writes, or when it is only to be told', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    await ann.update('tasks', 't2', { title: 'mine' });
    const write = () => ann.commit([setTask('t1', { title: 'x' })], { premises: [queried('todo', readAt, { onStale: 'flag' })] });
    assert.deepEqual(await write().then(({ status, notifications }) => [status, notifications]), ['confirmed', undefined]);
    await bot.update('tasks', 't2', { title: 'theirs' });
    const { status, notifications } = await write();
    assert.deepEqual([status, notifications.map(({ id, fields }: Answer) => [id, fields])], ['confirmed', [['t2', ['title']]]]);
  });

  test('of two commits in a batch that each make the query of the other another one, one is refused', async () => {
    const [ann, bot, readAt] = await withTasks('t1');
    const one = ann.asked([makeTask('t2')], { premises: [queried('todo', readAt)] });
    const other = bot.asked([makeTask('t3')], { premises: [queried('todo', readAt)] });
    const [first, second] = await ann.batch([one, other]);
    assert.deepEqual([codeOf(first!), codeOf(second!)], ['confirmed', 'stale_context']);
    assert.deepEqual(await ann.batch([other]), [second]);
  });

  test('a query that was asked when a number was text has fallen', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    await bot.update('tasks', 't2', { title: 'not a number' });
    const condition = `(i.image->>'title')::double precision > 1`;
    const { error } = await ann.commit([setTask('t1', { title: 'x' })], { premises: [queried('', readAt, { condition })] });
    assert.deepEqual([error.code, error.conflicts], ['stale_context', [{ model: 'tasks', fields: [] }]]);
  });

  test('a merge leaves alone what others changed, writes the rest, and tells', async () => {
    const [ann, bot, readAt] = await withTasks('t1');
    await bot.update('tasks', 't1', { status: 'done' });
    const { status, notifications } =
      await ann.update('tasks', 't1', { title: 'mine', status: 'doing' }, { readAt, onStale: 'merge' });
    assert.equal(status, 'confirmed');
    assert.deepEqual(notifications.map(({ id, fields }: Answer) => [id, fields]), [['t1', ['status']]]);
    const { title, status: kept } = (await ann.row('tasks', 't1'))!;
    assert.deepEqual([title, kept], ['mine', 'done']);
    assert.deepEqual((await ann.log(2)).map(({ fields }) => fields), [['title']]);
  });

  test('a merge of which nothing is left is confirmed and changes nothing', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2');
    await bot.commit([setTask('t1', { title: 'theirs' }), dropTask('t2')]);
    const receipt = await ann.commit([setTask('t1', { title: 'mine' }), setTask('t2', { title: 'mine' })],
      { readAt, onStale: 'merge' });
    assert.equal(receipt.status, 'confirmed');
    assert.deepEqual(receipt.notifications.map(({ id }: Answer) => id), ['t1', 't2']);
    assert.equal((await ann.log()).length, 4);
    assert.equal((await ann.row('tasks', 't1'))!.title, 'theirs');
  });

  test('what is left of a merge in several parts is one commit, numbered from 0', async () => {
    const [ann, bot, readAt] = await withTasks('t1', 't2', 't3');
    await bot.update('tasks', 't1', { title: 'theirs' });
    const operations = ['t1', 't2', 't3'].map((id) => setTask(id, { title: 'mine' }));
    assert.equal((await ann.commit(operations, { readAt, onStale: 'merge' })).status, 'confirmed');
    assert.deepEqual((await ann.entries(4)).map(({ id, operation_index }) => [id, operation_index]), [['t2', 0], ['t3', 1]]);
  });

  test('a write that was based on one that was refused is refused', async () => {
    const [ann, , readAt] = await withTasks('t1');
    const refused = ann.asked([setTask('t1', { title: 'x' }), dropTask('nowhere')]);
    assert.equal(codeOf((await ann.batch([refused]))[0]!), 'entity_not_found');
    const basedOn = [{ key: refused.key, attempt: 1 }];
    const { error } = await ann.update('tasks', 't1', { title: 'x and more' }, { readAt, basedOn });
    assert.equal(error.code, 'stale_context');
    assert.match(error.message, /based on/);
  });

  test('a write that was based on one of long ago goes by that, whatever it says it has read', async () => {
    const [ann, bot] = await withTasks('t1');
    const old = ann.asked([setTask('t1', { count: 1 })]);
    await ann.batch([old]);
    const { seq } = await bot.update('tasks', 't1', { count: 5 });
    const basedOn = [{ key: old.key, attempt: 1 }];
    assert.equal(codeOf(await ann.update('tasks', 't1', { count: 2 }, { readAt: seq, basedOn })), 'stale_context');
    assert.equal(codeOf(await ann.update('tasks', 't1', { count: 6 }, { readAt: seq })), 'confirmed');
  });

  test('a write that was based on one of long ago goes by that, before later ones of its own session as well', async () => {
    const [ann] = await withTasks('t1');
    const old = ann.asked([setTask('t1', { count: 1 })]);
    await ann.batch([old]);
    const { seq } = await ann.update('tasks', 't1', { count: 5 });
    const basedOn = [{ key: old.key, attempt: 1 }]; // it was shown on top: there was nothing of 5 on the screen
    assert.equal(codeOf(await ann.update('tasks', 't1', { count: 2 }, { readAt: seq, basedOn })), 'stale_context');
    assert.equal(codeOf(await ann.update('tasks', 't1', { title: 'x' }, { readAt: seq, basedOn })), 'confirmed');
  });

  test('what was read from a log that is another one by now is stale', async () => {
    const [ann, , readAt] = await withTasks('t1');
    const { epoch } = await ann.call('load', { full: false });
    const other = await ann.update('tasks', 't1', { title: 'x' }, { readAt, epoch: 'another' });
    assert.equal(codeOf(other), 'stale_context');
    assert.match(other.error.message, /replaced/);
    assert.equal(codeOf(await ann.update('tasks', 't1', { title: 'x' }, { readAt, epoch })), 'confirmed');
  });

  test('what was read before all that the log still has is stale', async () => {
    const [ann, , readAt] = await withTasks('t1');
    const { seq } = await ann.task('t2').then(() => ann.update('tasks', 't2', { title: 'later' }));
    while (await ann.server.database.trim(0));
    const { error } = await ann.update('tasks', 't1', { title: 'x' }, { readAt });
    assert.equal(error.code, 'stale_context');
    assert.match(error.message, /first entry/);
    assert.equal(codeOf(await ann.update('tasks', 't1', { title: 'x' }, { readAt: seq })), 'confirmed');
  });

  test('the same premises under the same key get the same receipt; others are another commit', async () => {
    const [ann, , readAt] = await withTasks('t1', 't2');
    const asked = ann.asked([setTask('t1', { title: 'x' })], { key: randomUUID(), premises: [read('t2', readAt)] });
    const [first] = await ann.batch([asked]);
    assert.deepEqual((await ann.batch([asked]))[0], first);
    const [other] = await ann.batch([{ ...asked, premises: [read('t2', 0)] }]);
    assert.equal(codeOf(other!), 'idempotency_conflict');
  });

  test('a query is the same however another release of the server words its condition', async () => {
    const [ann, , readAt] = await withTasks('t1');
    const asked = ann.asked([setTask('t1', { title: 'x' })], { key: randomUUID(), premises: [queried('done', readAt)] });
    const [first] = await ann.batch([asked]);
    assert.equal(codeOf(first!), 'confirmed');
    const reworded = queried('done', readAt, { condition: `i.image->>'status' = $2->>0` });
    assert.deepEqual((await ann.batch([{ ...asked, premises: [reworded] }]))[0], first);
    const [other] = await ann.batch([{ ...asked, premises: [queried('todo', readAt)] }]);
    assert.equal(codeOf(other!), 'idempotency_conflict');
  });
});
