// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropTask, onEachDatabase } from './support/databases';

onEachDatabase((tenant) => {
  test('a write is refused if its field changed after it was read, and says who changed what', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    const bot = ann.as('bot');
    await bot.update('tasks', 't1', { status: 'doing', title: 'Write it' });
    const { status, error } = await ann.update('tasks', 't1', { status: 'done' }, { readAt, onStale: 'reject' });
    assert.equal(status, 'rejected');
    assert.equal(error.code, 'stale_context');
    assert.equal(error.readAt, readAt);
    assert.deepEqual(error.conflicts, [{ model: 'tasks', id: 't1', fields: ['status'], seq: 2, actor: bot.actor }]);
    assert.equal((await ann.row('tasks', 't1'))!.status, 'doing');
  });

  test('a write to another field of the same row is not stale', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await ann.as('bot').update('tasks', 't1', { status: 'doing' });
    assert.equal((await ann.update('tasks', 't1', { title: 'Write more' }, { readAt })).status, 'confirmed');
  });

  test('a value that was written again without changing makes nothing stale', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await ann.as('bot').update('tasks', 't1', { status: 'todo' });
    assert.equal((await ann.update('tasks', 't1', { status: 'done' }, { readAt })).status, 'confirmed');
  });

  test('the own session is never stale against itself, another session of the same user is', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await ann.update('tasks', 't1', { title: 'one' });
    assert.equal((await ann.update('tasks', 't1', { title: 'two' }, { readAt })).status, 'confirmed');
    const tab = Object.assign(tenant(), { organization: ann.organization });
    assert.equal((await tab.update('tasks', 't1', { title: 'three' }, { readAt })).error.code, 'stale_context');
  });

  test('a row that is gone or archived makes every guarded write stale', async () => {
    const ann = tenant();
    await ann.task('t1');
    const readAt = await ann.task('t2');
    await ann.as('bot').commit([dropTask('t1'), { op: 'archive', model: 'tasks', id: 't2' }]);
    for (const id of ['t1', 't2']) {
      assert.equal((await ann.update('tasks', id, { title: 'x' }, { readAt })).error.code, 'stale_context', id);
    }
  });

  test('a guarded delete is stale whatever field changed', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await ann.as('bot').update('tasks', 't1', { count: 1 });
    const receipt = await ann.commit([dropTask('t1')], { readAt });
    assert.deepEqual(receipt.error.conflicts.map(({ fields }: { fields: string[] }) => fields), [['count']]);
  });

  test('force writes all the same; flag does too, and tells', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await ann.as('bot').update('tasks', 't1', { title: 'theirs' });
    const flagged = await ann.update('tasks', 't1', { title: 'mine' }, { readAt, onStale: 'flag' });
    assert.equal(flagged.status, 'confirmed');
    const [told] = flagged.notifications;
    assert.deepEqual([told.id, told.fields, told.seq], ['t1', ['title'], 2]);
    const forced = await ann.as('other').update('tasks', 't1', { title: 'forced' }, { readAt, onStale: 'force' });
    assert.deepEqual(forced, { status: 'confirmed', seq: 4 });
  });

  test('a position the log has not reached cannot have been read', async () => {
    const ann = tenant();
    await ann.task();
    assert.equal((await ann.update('tasks', 't1', { title: 'x' }, { readAt: 2 })).error.code, 'write_options_invalid');
    assert.equal((await ann.update('tasks', 't1', { title: 'x' }, { readAt: 0 })).status, 'confirmed');
  });
});
