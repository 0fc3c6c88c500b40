// SPDX-License-Identifier: MIT
//
// What a write goes by: what the app last read of a row, a stamp, rows that it relied on. The frames say it; whether the
// database holds to it is tested in tests/server and by the cases of tests/conformance.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbloStaleContextError } from '@abloatai/ablo';
import { Stage } from '../support/scripted-stage';

const auto = () => Stage.open({ guard: 'auto' });
const stale = (error: unknown) => error instanceof AbloStaleContextError && error.code === 'stale_context';

test('a plain update is not guarded, unless the client was made so', async () => {
  await using stage = await Stage.open();
  stage.ablo.tasks.get('t1');
  void stage.ablo.tasks.update('t1', { title: 'mine' });
  const { operations, readAt, epoch } = await stage.next();
  assert.deepEqual([operations[0].readAt, readAt, epoch], [undefined, undefined, undefined]);
});

test("with guard 'auto' an update goes by what the app last read, and not by what arrived since", async () => {
  await using stage = await auto();
  stage.ablo.tasks.get('t1');
  await stage.others({ title: 'theirs' });
  const write = stage.ablo.tasks.update('t1', { title: 'mine' });
  const commit = await stage.next();
  assert.deepEqual([commit.operations[0].readAt, commit.epoch], [0, 'e']);
  await stage.refuse(commit);
  await assert.rejects(write, stale);
  assert.equal(stage.ablo.tasks.get('t1')?.title, 'theirs');
});

test('a row that was read again after a change is not stale, and neither is one that nobody changed', async () => {
  await using stage = await auto();
  stage.ablo.tasks.getAll();
  await stage.others({ title: 'theirs' });
  assert.equal(stage.ablo.tasks.get('t1')?.title, 'theirs');
  void stage.ablo.tasks.update('t1', { title: 'mine' });
  assert.equal((await stage.next()).operations[0].readAt, 1);
  void stage.ablo.tasks.delete('t2');
  assert.equal((await stage.next()).operations[0].readAt, 1);
});

test('what a selector or a listener was given counts as read', async () => {
  await using stage = await auto();
  const stop = stage.ablo.tasks.onChange(() => {}, { where: { id: 't1' } });
  await stage.others({ title: 'theirs' });
  void stage.ablo.tasks.update('t1', { title: 'mine' });
  assert.equal((await stage.next()).operations[0].readAt, 1);
  stop();
});

test('a stamp that is given wins, and who forces is never guarded', async () => {
  await using stage = await auto();
  await stage.others({ title: 'theirs' });
  stage.ablo.tasks.get('t1');
  void stage.ablo.tasks.update('t1', { title: 'a' }, { readAt: 0 });
  const given = await stage.next();
  assert.deepEqual([given.readAt, given.operations[0].readAt], [0, undefined]);
  void stage.ablo.tasks.update('t2', { title: 'b' }, { onStale: 'force' });
  const forced = await stage.next();
  assert.deepEqual([forced.onStale, forced.readAt, forced.operations[0].readAt, forced.epoch], ['force', undefined, undefined, undefined]);
  void stage.ablo.tasks.create({ title: 'c' });
  assert.equal((await stage.next()).operations[0].readAt, undefined);
});

test('what was read and then taken back is refused here, and reading it again heals that', async () => {
  await using stage = await auto();
  const write = stage.ablo.tasks.update('t1', { title: 'mine' }, { wait: 'queued' });
  assert.equal((await write).title, 'mine');
  await stage.refuse(await stage.next());
  await assert.rejects(stage.ablo.tasks.update('t1', { title: 'on mine' }), stale);
  assert.ok(stage.silent);
  assert.equal(stage.ablo.tasks.get('t1')?.title, 'one');
  void stage.ablo.tasks.update('t1', { title: 'knowing' });
  assert.equal((await stage.next()).operations[0].data.title, 'knowing');
});

test('what was taken back before anybody read it hinders nobody', async () => {
  await using stage = await auto();
  stage.ablo.tasks.get('t1');
  const write = stage.ablo.tasks.update('t1', { title: 'mine' });
  await stage.refuse(await stage.next());
  await assert.rejects(write, stale);
  void stage.ablo.tasks.update('t1', { title: 'again' });
  assert.equal((await stage.next()).operations[0].data.title, 'again');
});

test('a guarded write says which writes of its own it stands on: those of the same fields', async () => {
  await using stage = await auto();
  void stage.ablo.tasks.update('t1', { title: 'a' });
  const first = await stage.next();
  void stage.ablo.tasks.update('t1', { count: 1 });
  assert.equal((await stage.next()).basedOn, undefined);
  void stage.ablo.tasks.update('t1', { title: 'b' });
  assert.deepEqual((await stage.next()).basedOn, [{ key: first['key'], attempt: 1 }]);
  await stage.confirm(first);
  void stage.ablo.tasks.update('t1', { title: 'c' }, { onStale: 'flag' });
  assert.equal((await stage.next()).basedOn, undefined);
});

test('each operation of a commit may have a guard of its own', async () => {
  await using stage = await Stage.open();
  await stage.others({ title: 'theirs' });
  const update = (id: string, more: object) => ({ action: 'update', model: 'tasks', id, data: { title: 'x' }, ...more }) as const;
  const operations = [update('t1', { readAt: 0, onStale: 'merge' }), update('t2', {})];
  stage.ablo.commits.create({ readAt: 1, operations }).catch(() => {});
  const commit = await stage.next();
  assert.deepEqual([commit.readAt, commit.onStale], [1, undefined]);
  assert.deepEqual(commit.operations.map(({ readAt, onStale }: { readAt?: number; onStale?: string }) => [readAt, onStale]), [[0, 'merge'], [undefined, undefined]]);
});

test('rows that a write relied on are read, if nothing else is said, by everything this client has seen', async () => {
  await using stage = await Stage.open();
  await stage.others({ title: 'theirs' });
  const reads = [{ model: 'tasks', id: 't2' }, { model: 'tasks', id: 't1', fields: ['title'], readAt: 0 }];
  void stage.ablo.tasks.create({ title: 'new' }, { reads });
  const commit = await stage.next();
  assert.deepEqual(commit['reads'], [{ ...reads[0], readAt: 1 }, reads[1]]);
  assert.equal(commit['epoch'], 'e');
  void stage.ablo.tasks.create({ title: 'newer' }, { reads, readAt: 0 });
  assert.deepEqual((await stage.next())['reads'].map(({ readAt }: { readAt: number }) => readAt), [0, 0]);
});

test('a guard that cannot be is refused by name before anything shows', async () => {
  await using stage = await Stage.open();
  const { ablo } = stage;
  const refused = (options: object, param: string) =>
    assert.rejects(ablo.tasks.update('t1', { title: 'x' }, options), { name: 'AbloValidationError', code: 'write_options_invalid', param });
  const read = { model: 'tasks', id: 't2' };
  await refused({ readAt: -1 }, 'readAt');
  await refused({ readAt: 0.5 }, 'readAt');
  await refused({ onStale: 'maybe' }, 'onStale');
  await refused({ reads: [{ ...read, readAt: -1 }] }, 'readAt');
  await refused({ reads: [{ ...read, onStale: 'maybe' }] }, 'onStale');
  const operation = { action: 'update', model: 'tasks', id: 't1', data: { title: 'x' }, readAt: -1 } as const;
  await assert.rejects(ablo.commits.create({ operation }), { code: 'write_options_invalid', param: 'readAt' });
  assert.equal(ablo.tasks.get('t1')?.title, 'one');
  assert.ok(stage.silent);
});
