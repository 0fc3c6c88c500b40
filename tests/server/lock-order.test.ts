// SPDX-License-Identifier: MIT
//
// The order of locks and checks in a commit (commit.sql), by what was measured before it was chosen. An order that is wrong, as
// a small function (support/lock-orders.sql), is stepped into its fault, and the right one beside it past it; then Ablo itself is
// brought to the same place. All of it at once, unstepped: lock-order-load.test.ts; the rest of what was measured:
// lock-order-guards.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTask, onPostgres, setTask, type Tenant } from './support/databases';
import { decided } from './support/decided';
import { triedBesideOurs } from './support/sessions';

const holdCounter = `select from counter where organization = 'a' for update`;
const lockLog = (ann: Tenant) => `select from ablo.organization where id = '${ann.organization}' for update`;
const isDeadlock = (end: PromiseSettledResult<unknown>) => end.status === 'rejected' && end.reason.code === '40P01';

function many<T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => work(i)));
}

onPostgres((tenant, cluster) => {
  const { tried, ours } = triedBesideOurs('lock-orders.sql', cluster);

  test('a slot that is checked before the counter is locked is booked by all who ask, and under the lock by one', async () => {
    for (const [order, bookings] of [['book_checked_first', 16], ['book_locked_first', 1]] as const) {
      const holder = await tried.begin(holdCounter);
      const booking = many(16, () => tried.ask<boolean>(`select ${order}('${order}', 0)`));
      await tried.waiting(16);
      await holder.query('commit');
      assert.equal((await booking).filter(Boolean).length, bookings, order);
    }
  });

  test('a row that is claimed after a commit was checked, and before it was logged, is not written', async () => {
    const ann = tenant();
    await ann.task();
    const holder = await ours.begin(lockLog(ann));
    const claiming = ann.as('bot').claim('t1');
    await ours.waiting(1);
    const writing = ann.update('tasks', 't1', { status: 'done' }); // and nobody has claimed it so far
    await ours.waiting(2);
    await holder.query('commit');
    assert.equal((await claiming).claim.status, 'active');
    assert.equal((await writing).error?.code, 'entity_claimed');
    assert.equal((await ann.row('tasks', 't1'))!.status, 'todo');
  });

  test('a row that comes into being after a commit was checked is not written over', async () => {
    const ann = tenant();
    const readAt = await ann.task('t1');
    const taken = `insert into tasks (organization_id, id, title) values ('${ann.organization}', 't2', 'theirs')`;
    const other = await ours.begin(taken);
    const operations = [makeTask('t2'), setTask('t3', { title: 'the first' })];
    const writing = decided(ann.as('bot'), operations, { readAt }); // waits for t2, and there is no t3 so far
    await ours.waiting(1);
    await ann.task('t3');
    await other.query('rollback');
    assert.equal((await writing).error?.code, 'stale_context');
  });

  test('a counter locked before the rows is a deadlock with those who log when they commit; rows first, none', async () => {
    for (const [order, deadlocks] of [['write_counter_first', 1], ['write_rows_first', 0]] as const) {
      const set = `update task set count = count + 1 where id = '${order}'`;
      await tried.ask(`insert into task values ('a', '${order}')`);
      const other = await tried.begin(set);
      const writing = tried.ask(`select ${order}('${order}')`);
      await tried.waiting(1);
      const ends = await Promise.allSettled([writing, other.query('commit')]);
      assert.equal(ends.filter(isDeadlock).length, deadlocks, order);
    }
  });

  test('a commit that waits for what somebody else writes does not hold the log, which they will want', async () => {
    const ann = tenant();
    await ann.task();
    const updated = `update tasks set title = 'theirs' where organization_id = '${ann.organization}'`;
    const made = `insert into tasks (organization_id, id, title) values ('${ann.organization}', 't2', 'theirs')`;
    for (const [sql, operation, outcome] of [
      [updated, setTask('t1', { status: 'done' }), 'confirmed'],
      [made, makeTask('t2'), 'unique_violation'],
    ] as const) {
      const other = await ours.begin(sql);
      const writing = decided(ann, [operation]);
      await ours.waiting(1);
      await ours.ask(`${lockLog(ann)} nowait`);
      await other.query('commit');
      const { status, error } = await writing;
      assert.equal(error?.code ?? status, outcome);
    }
  });

  test('what was worked out from a row is written over newer work, unless the row is locked and then checked', async () => {
    for (const [order, confirmed] of [['count_unlocked', 8], ['count_in_one_statement', 8], ['count_locked_first', 1]] as const) {
      const count = `select ${order}('${order}', 0, 1)`; // each has read 0
      await tried.ask(`insert into task values ('a', '${order}')`);
      const first = await tried.begin();
      const { rows } = await first.query<[boolean]>({ text: count, rowMode: 'array' });
      const counting = many(7, () => tried.ask<boolean>(count));
      await tried.waiting(7);
      await first.query('commit');
      assert.equal([rows[0]![0], ...(await counting)].filter(Boolean).length, confirmed, order);
      assert.equal(await tried.ask(`select count from task where id = '${order}'`), 1);
    }
  });

  test('of commits that go by what they read of one row, and wait for it, one is confirmed', async () => {
    const ann = tenant();
    const readAt = await ann.task('counter', { title: 'Counter', count: 0 });
    const holder = await ours.begin(lockLog(ann));
    const counting = many(8, (i) => decided(ann.as(`bot-${i}`), [setTask('counter', { count: 1 })], { readAt }));
    await ours.waiting(8); // one for the log, and the others for its row
    await holder.query('commit');
    const outcomes = (await counting).map(({ status, error }) => error?.code ?? status);
    assert.deepEqual(outcomes.sort(), ['confirmed', ...Array(7).fill('stale_context')]);
    assert.equal((await ann.row('tasks', 'counter'))!.count, 1);
  });

  test('a batch that waits for its rows waits for whoever holds one of fifty; one that does not leaves out that one', async () => {
    const ids = `array(select id from task where id like 'of-fifty-%')`;
    await tried.ask(`insert into task select 'a', 'of-fifty-' || n from generate_series(1, 50) n`);
    const holder = await tried.begin(`update task set count = -1 where id = 'of-fifty-25'`);
    assert.equal(await tried.ask(`select write_free(${ids})`), '49');
    const writing = tried.ask(`select write_all(${ids})`);
    await tried.waiting(1);
    await holder.query('commit');
    assert.equal(await writing, '50');
  });

  test('of a batch of fifty only the commits wait whose row, or whose new id, an open transaction has', async () => {
    const ann = tenant();
    const ids = Array.from({ length: 49 }, (_, i) => `t${i}`);
    await ann.commit(ids.map((id) => makeTask(id)));
    const other = await ours.begin(
      `update tasks set title = 'held' where organization_id = '${ann.organization}' and id = 't25'`,
      `insert into tasks (organization_id, id, title) values ('${ann.organization}', 'new', 'theirs')`);
    const operations = [...ids.map((id) => setTask(id, { status: 'done' })), makeTask('new')];
    const commits = operations.map((operation, i) => ann.as(`bot-${i}`).asked([operation]));
    const receipts = await ann.batch(commits); // while it is held
    const blocked = receipts.flatMap(({ status }, i) => (status === 'blocked' ? [operations[i]!.id] : []));
    assert.deepEqual(blocked, ['t25', 'new']);
    assert.equal(receipts.filter(({ status }) => status === 'confirmed').length, 48);
    await other.query('commit');
    const [late, taken] = await ann.batch(commits.filter((_, i) => blocked.includes(operations[i]!.id)));
    assert.deepEqual([late!.status, taken!.error.code], ['confirmed', 'unique_violation']);
  });

  test('two transactions over two organizations in opposite order are a deadlock, unless one order is kept', async () => {
    for (const [table, deadlocks] of [['task', 1], ['sorted_task', 0]] as const) {
      await tried.ask(`insert into ${table} values ('a', 'a1'), ('a', 'a2'), ('b', 'b1'), ('b', 'b2')`);
      const write = (id: string) => `update ${table} set count = 1 where id = '${id}'`;
      const holder = await tried.begin(holdCounter);
      const there = (await tried.begin(write('a1'), write('b1'))).query('commit');
      await tried.waiting(1);
      const back = (await tried.begin(write('b2'), write('a2'))).query('commit');
      await tried.waiting(2);
      const ends = Promise.allSettled([there, back]);
      await holder.query('commit');
      assert.equal((await ends).filter(isDeadlock).length, deadlocks, table);
    }
  });

  test('whoever writes to two organizations waits for the log of the first, and holds no other', async () => {
    const [a, b] = [tenant(), tenant()].sort((one, other) => (one.organization < other.organization ? -1 : 1));
    for (const ann of [a!, b!]) await ann.commit([makeTask('t1'), makeTask('t2')]);
    const write = (ann: Tenant, id: string) =>
      `update tasks set title = 'theirs' where organization_id = '${ann.organization}' and id = '${id}'`;
    const holder = await ours.begin(lockLog(a!));
    const there = (await ours.begin(write(a!, 't1'), write(b!, 't1'))).query('commit');
    await ours.waiting(1);
    const back = (await ours.begin(write(b!, 't2'), write(a!, 't2'))).query('commit');
    await ours.waiting(2);
    await ours.ask(`${lockLog(b!)} nowait`);
    await holder.query('commit');
    await Promise.all([there, back]);
    for (const ann of [a!, b!]) assert.deepEqual((await ann.log(2)).map(({ id }) => id).sort(), ['t1', 't2']);
  });
});
