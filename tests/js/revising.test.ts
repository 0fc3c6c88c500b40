// SPDX-License-Identifier: MIT
//
// Updates that are made from the row as it is, and anew whenever they come too late: what lands, how often, and how it ends
// when it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbloStaleContextError, type MutationFailure } from '@abloatai/ablo';
import { Stage } from '../support/scripted-stage';

const more = ({ count = 0 }: { count?: number }) => ({ count: count + 1 });

/** ok, or the code it was refused with. */
async function becomes(write: Promise<unknown>): Promise<unknown> {
  return write.then(() => 'ok', (error: { code: string }) => error.code);
}

test('an update made from the row is made anew when the row has changed, and lands once', async () => {
  await using stage = await Stage.open();
  const seen: (number | undefined)[] = [];
  const write = stage.ablo.tasks.update('t1', (current) => (seen.push(current.count), more(current)));
  assert.equal(stage.ablo.tasks.get('t1')?.count, 1);
  const first = await stage.next();
  assert.deepEqual([first['attempt'], first.operations[0].readAt, first.operations[0].data], [1, 0, { count: 1 }]);
  await stage.others({ count: 7 });
  await stage.refuse(first);
  const second = await stage.next();
  assert.deepEqual([second['attempt'], second.operations[0].readAt, second.operations[0].data], [2, 1, { count: 8 }]);
  assert.equal(second['key'], first['key']);
  await stage.confirm(second);
  assert.equal((await write).count, 8);
  assert.deepEqual(seen, [0, 7]);
  assert.equal(stage.server.row('tasks', 't1')!['count'], 8);
  assert.equal(stage.ablo.syncStatus.pendingChanges, 0);
});

test('it waits for what it has missed before it is made anew', async () => {
  await using stage = await Stage.open();
  const write = stage.ablo.tasks.update('t1', more);
  const first = await stage.next();
  await stage.others({ count: 7 }, { hold: true });
  await stage.refuse(first);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(stage.silent);
  assert.deepEqual([stage.ablo.syncStatus.pendingChanges, stage.ablo.tasks.get('t1')?.count], [1, 0]);
  await stage.deliver();
  await stage.confirm(await stage.next());
  assert.equal((await write).count, 8);
});

test('when no try is left it is refused as contention_exhausted, with what changed', async () => {
  for (const retries of [0, 2]) {
    await using stage = await Stage.open();
    const write = becomes(
      stage.ablo.tasks.update('t1', more, { retries }).catch((error: unknown) => {
        assert.ok(error instanceof AbloStaleContextError);
        assert.deepEqual(error.conflicts.map(({ id, fields }) => [id, fields]), [['t1', ['count']]]);
        throw error;
      }),
    );
    for (let attempt = 1; attempt <= retries + 1; attempt++) {
      const commit = await stage.next();
      assert.equal(commit['attempt'], attempt);
      await stage.others({ count: 10 * attempt });
      await stage.refuse(commit);
    }
    assert.equal(await write, 'contention_exhausted');
    assert.equal(stage.ablo.tasks.get('t1')?.count, 10 * (retries + 1));
    assert.ok(stage.silent);
  }
});

test('another refusal than being too late is final', async () => {
  await using stage = await Stage.open();
  const write = becomes(stage.ablo.tasks.update('t1', more));
  await stage.refuse(await stage.next(), 'check_violation');
  assert.equal(await write, 'check_violation');
  assert.equal(stage.ablo.tasks.get('t1')?.count, 0);
});

test('a function that throws ends the update with what it threw, the first time and later', async () => {
  await using stage = await Stage.open();
  const first = stage.ablo.tasks.update('t1', () => {
    throw new Error('no such luck');
  });
  await assert.rejects(first, /no such luck/);
  const later = stage.ablo.tasks.update('t1', (current) => {
    if (current.count === 7) throw new Error('seven is enough');
    return more(current);
  });
  const ended = assert.rejects(later, /seven is enough/);
  const commit = await stage.next();
  await stage.others({ count: 7 });
  await stage.refuse(commit);
  await ended;
  assert.deepEqual([stage.ablo.tasks.get('t1')?.count, stage.ablo.syncStatus.pendingChanges], [7, 0]);
});

test('a row that is nowhere is entity_not_found', async () => {
  await using stage = await Stage.open({ bootstrap: 'none' });
  const nowhere = becomes(stage.ablo.tasks.update('nowhere', more));
  const { request } = await stage.next('query');
  await stage.say({ type: 'answer', request, seq: 0, rows: [] });
  assert.equal(await nowhere, 'entity_not_found');
});

test('a row that is deleted before the next try is entity_not_found', async () => {
  await using stage = await Stage.open();
  const write = becomes(stage.ablo.tasks.update('t1', more));
  const commit = await stage.next();
  await stage.others(null);
  await stage.refuse(commit);
  assert.equal(await write, 'entity_not_found');
});

test('a row that is not here is fetched first', async () => {
  await using stage = await Stage.open({ bootstrap: 'none' });
  const write = stage.ablo.tasks.update('far', more);
  const { request } = await stage.next('query');
  stage.server.put('tasks', { id: 'far', title: 'away', count: 4 });
  await stage.say({ type: 'answer', request, seq: 0, rows: [stage.server.row('tasks', 'far')] });
  await stage.confirm(await stage.next());
  assert.equal((await write).count, 5);
});

test('who waits for nothing but the queue goes on at once, and hears of a failure elsewhere', async () => {
  await using stage = await Stage.open({ defaultWait: 'queued' });
  const failures: MutationFailure[] = [];
  stage.ablo.onMutationFailure((failure) => failures.push(failure));
  assert.equal((await stage.ablo.tasks.update('t1', more, { retries: 1 })).count, 1);
  await stage.others({ count: 7 });
  await stage.refuse(await stage.next());
  const second = await stage.next();
  assert.equal(stage.ablo.tasks.get('t1')?.count, 8);
  await stage.others({ count: 9 });
  await stage.refuse(second);
  assert.deepEqual(failures.map(({ error, permanent }) => [error.code, permanent]), [['contention_exhausted', true]]);
  assert.equal(stage.ablo.tasks.get('t1')?.count, 9);
});

test('who waited long enough is told the key, and the update still lands', async () => {
  await using stage = await Stage.open();
  const options = { timeout: '20ms', idempotencyKey: 'mine' } as const;
  await assert.rejects(stage.ablo.tasks.update('t1', more, options), { code: 'commit_no_result', details: { idempotencyKey: 'mine' } });
  const first = await stage.next();
  await stage.others({ count: 7 });
  await stage.refuse(first);
  await stage.confirm(await stage.next());
  assert.deepEqual([stage.ablo.tasks.get('t1')?.count, stage.ablo.syncStatus.pendingChanges], [8, 0]);
});

test('two updates of one row that nobody awaited in between are both in it, also when both came too late', async () => {
  await using stage = await Stage.open();
  const both = Promise.all([stage.ablo.tasks.update('t1', more), stage.ablo.tasks.update('t1', more)]);
  assert.equal(stage.ablo.tasks.get('t1')?.count, 2);
  const [first, second] = [await stage.next(), await stage.next()];
  assert.deepEqual(second['basedOn'], [{ key: first['key'], attempt: 1 }]);
  await stage.others({ count: 7 });
  await stage.refuse(first);
  await stage.refuse(second);
  const again = [await stage.next(), await stage.next()];
  assert.deepEqual(again.map(({ attempt }) => attempt), [2, 2]);
  for (const commit of again) await stage.confirm(commit);
  await both;
  assert.equal(stage.server.row('tasks', 't1')!['count'], 9);
});

test('a client that is disposed meanwhile rejects it, under way or between two tries', async () => {
  for (const between of [false, true]) {
    const stage = await Stage.open();
    const write = becomes(stage.ablo.tasks.update('t1', more));
    const commit = await stage.next();
    if (between) {
      await stage.others({ count: 7 }, { hold: true });
      await stage.refuse(commit);
    }
    await stage.ablo.dispose();
    assert.equal(await write, 'client_disposed');
  }
});
