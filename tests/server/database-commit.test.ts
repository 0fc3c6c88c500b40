// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, dropTask, makeTask, onEachDatabase, setTask } from './support/databases';

onEachDatabase((tenant) => {
  test('a commit is confirmed, and its operations stand in the log one behind the other', async () => {
    const ann = tenant();
    const receipt = await ann.commit([
      makeTask('t1', { title: 'Write', count: 3.5, due: '2026-03-01T10:00:00Z', extra: { a: [1] } }),
      setTask('t1', { status: 'doing', count: null }),
    ], { key: 'k1', onBehalfOf: { kind: 'user', id: 'bea' } });
    assert.deepEqual(receipt, { status: 'confirmed', seq: 2 });

    const [created, updated] = await ann.log();
    assert.deepEqual(
      { ...updated, after: undefined, at: undefined },
      {
        seq: 2, kind: 'row', model: 'tasks', id: 't1', op: 'update', after: undefined, fields: ['count', 'status'],
        actor: ann.actor, session: ann.session, commitKey: 'k1',
        groupsBefore: [`org:${ann.organization}`], groupsAfter: [`org:${ann.organization}`], at: undefined,
      },
    );
    const [inserted, changed] = await ann.entries();
    assert.equal(inserted!.before, null);
    const { before, operation_index, on_behalf_of } = changed!;
    assert.deepEqual({ ...before, updatedAt: undefined }, { status: 'todo', count: 3.5, updatedAt: undefined });
    assert.deepEqual([operation_index, on_behalf_of], [1, { kind: 'user', id: 'bea' }]);
    assert.equal(created!.fields, null);
    const row = await ann.row('tasks', 't1');
    assert.deepEqual(updated!.after, row);
    assert.equal(row!.due, '2026-03-01T10:00:00.000000Z');
    assert.deepEqual(row!.extra, { a: [1] });
    assert.equal(row!.createdBy, 'ann');
    assert.equal(row!.organizationId, ann.organization);
    assert.equal(typeof updated!.at, 'number');
  });

  test('a commit that comes twice takes effect once and gets the same receipt', async () => {
    const ann = tenant();
    await ann.task('t1', { title: 'Count', status: 'todo', count: 1 });
    const commit = ann.asked([setTask('t1', { count: 2 })]);
    const [first] = await ann.batch([commit]);
    const [again] = await ann.batch([{ ...commit, session: 'after a reload' }]);
    const [late] = await ann.batch([{ ...commit, attempt: 2 }]);
    assert.deepEqual([again, late], [first, first]);
    assert.equal((await ann.log()).length, 2);
  });

  test('a key that was used for something else is refused, and the first outcome stands', async () => {
    const ann = tenant();
    await ann.task();
    const commit = ann.asked([setTask('t1', { title: 'One' })]);
    await ann.batch([commit]);
    const [other] = await ann.batch([{ ...commit, operations: [setTask('t1', { title: 'Two' })] }]);
    assert.equal(other!.error.code, 'idempotency_conflict');
    const [guarded] = await ann.batch([{ ...commit, premises: [{ model: 'tasks', id: 't1', readAt: 1, onStale: 'reject' }] }]);
    assert.equal(guarded!.error.code, 'idempotency_conflict');
    assert.deepEqual((await ann.batch([commit]))[0], { status: 'confirmed', seq: 2 });
  });

  test('the same key of two participants is two keys', async () => {
    const ann = tenant();
    await ann.task();
    const one = await ann.update('tasks', 't1', { title: 'ann' }, { key: 'k' });
    const two = await ann.as('bot').update('tasks', 't1', { title: 'bot' }, { key: 'k' });
    assert.deepEqual([one.seq, two.seq], [2, 3]);
  });

  test('a rejection is final for its attempt: a duplicate cannot succeed later, a new attempt can', async () => {
    const ann = tenant();
    const commit = ann.asked([setTask('t1', { title: 'Too early' })]);
    const [refused] = await ann.batch([commit]);
    assert.equal(refused!.error.code, 'entity_not_found');
    await ann.task();
    assert.deepEqual((await ann.batch([commit]))[0], refused);
    const [second] = await ann.batch([{ ...commit, attempt: 2 }]);
    assert.equal(second!.status, 'confirmed');
    assert.deepEqual((await ann.batch([commit]))[0], refused);
  });

  test('a copy of an older attempt has no effect once a newer one was answered', async () => {
    const ann = tenant();
    const commit = ann.asked([setTask('t1', { title: 'x' })], { attempt: 2 });
    const [second] = await ann.batch([commit]);
    await ann.task();
    assert.deepEqual((await ann.batch([{ ...commit, attempt: 1 }]))[0], second);
    assert.equal((await ann.log()).length, 1);
  });

  test('a commit issued more than a day ago is refused', async () => {
    const ann = tenant();
    await ann.task();
    const day = 24 * 3600 * 1000;
    const old = await ann.update('tasks', 't1', { title: 'x' }, { issuedAt: Date.now() - day - 60_000 });
    assert.equal(old.error.code, 'idempotency_key_expired');
    const recent = await ann.update('tasks', 't1', { title: 'x' }, { issuedAt: Date.now() - day + 60_000 });
    assert.equal(recent.status, 'confirmed');
  });

  test('what the database refuses has a name, and the rest of the batch takes effect', async () => {
    const ann = tenant();
    await ann.task();
    const receipts = await ann.batch([
      ann.asked([makeTask('t1', { title: 'there already' })]),
      ann.asked([makeTask('t2', { title: 'no such status', status: 'secret value' })]),
      ann.asked([makeTask('t3', { title: 'not a date', due: 'soon' })]),
      ann.asked([{ op: 'update', model: 'nothing', id: 't1', data: {} }]),
      ann.asked([dropTask('t4')]),
      ann.asked([makeTask('t5', { title: 'fine' })]),
    ]);
    assert.deepEqual(
      receipts.map((receipt) => receipt.error?.code ?? receipt.status),
      ['unique_violation', 'check_violation', 'wrong_type', 'unknown_model', 'entity_not_found', 'confirmed'],
    );
    assert.doesNotMatch(JSON.stringify(receipts), /secret value|soon/);
    assert.equal(receipts[5]!.seq, 2);
  });

  test('of a commit that is refused nothing takes effect', async () => {
    const ann = tenant();
    const receipt = await ann.commit([
      makeTask('t1', { title: 'one' }),
      setTask('missing', { title: 'two' }),
    ]);
    assert.equal(receipt.error.code, 'entity_not_found');
    assert.equal(await ann.row('tasks', 't1'), undefined);
    assert.deepEqual(await ann.log(), []);
  });

  test('two commits of a batch on one row: the second is left for later', async () => {
    const ann = tenant();
    await ann.task();
    const commits = [
      ann.asked([setTask('t1', { title: 'one' })]),
      ann.as('bot').asked([setTask('t1', { title: 'two' })]),
    ];
    assert.deepEqual((await ann.batch(commits)).map(({ status }) => status), ['confirmed', 'behind']);
    assert.deepEqual((await ann.batch(commits)).map(({ seq }) => seq), [2, 3], 'with the first decided it can be');
  });

  test('of commits of a batch that read one row the first is confirmed, and the others hear at once that it changed', async () => {
    const ann = tenant();
    await ann.task('t1', { title: 'Count', status: 'todo', count: 0 });
    const guarded = (name: string, field: string) => ann.as(name).asked([setTask('t1', { [field]: 1 })], {
      premises: [{ model: 'tasks', id: 't1', fields: [field], readAt: 1, onStale: 'reject', operation: 0 }] });
    const first = guarded('a', 'count');
    const commits = [first, guarded('b', 'count'), guarded('c', 'title'), first, guarded('d', 'count')];
    const receipts = await ann.batch(commits);
    assert.deepEqual(receipts.map(({ status, error }) => error?.code ?? status),
      ['confirmed', 'stale_context', 'behind', 'confirmed', 'stale_context'], 'and a copy gets its answer');
    assert.deepEqual(receipts[1]!.error.conflicts.map(({ seq, fields }: Answer) => [seq, fields]), [[2, ['count']]]);
    const again = await ann.batch(commits);
    assert.deepEqual(again.toSpliced(2, 1), receipts.toSpliced(2, 1), 'these are final');
    assert.equal(again[2]!.status, 'confirmed');
    assert.equal((await ann.row('tasks', 't1'))!.count, 1);
  });

  test('what was refused for an earlier one of its batch is refused before whatever is based on it', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const premise = (more: object) => ({ premises: [{ model: 'tasks', id: 't1', readAt: 1, onStale: 'reject', operation: 0, ...more }] });
    const stale = bot.asked([setTask('t1', { title: 'two' })], premise({ fields: ['title'] }));
    const based = bot.asked([setTask('t1', { count: 1 })],
      { ...premise({ fields: ['count'] }), basedOn: [{ key: stale.key, attempt: 1 }] });
    const commits = [ann.asked([setTask('t1', { title: 'one' })]), stale, based];
    const receipts = await ann.batch(commits);
    assert.deepEqual(receipts.map(({ status }) => status), ['confirmed', 'rejected', 'behind']);
    assert.equal((await ann.batch(commits))[2]!.error.code, 'stale_context');
  });

  test('a commit never overtakes an earlier one of its session that has to wait', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const receipts = await ann.batch([
      ann.asked([setTask('t1', { title: 'one' })]),
      bot.asked([setTask('t1', { title: 'two' })]),
      bot.asked([makeTask('t2', { title: 'three' })]),
    ]);
    assert.deepEqual(receipts.map(({ status }) => status), ['confirmed', 'behind', 'behind']);
  });

  test('an archived row keeps its values and says since when', async () => {
    const ann = tenant();
    await ann.task();
    await ann.commit([{ op: 'archive', model: 'tasks', id: 't1' }]);
    const { archivedAt, title } = (await ann.row('tasks', 't1'))!;
    assert.match(archivedAt, /^\d{4}-.*Z$/);
    assert.equal(title, 'Write');
    await ann.commit([{ op: 'unarchive', model: 'tasks', id: 't1' }]);
    assert.equal((await ann.row('tasks', 't1'))!.archivedAt, null);
    assert.deepEqual((await ann.log()).map(({ op, fields }) => [op, fields]), [
      ['create', null], ['archive', ['archivedAt']], ['unarchive', ['archivedAt']],
    ]);
  });

  test('a page of the log never ends inside a commit', async () => {
    const ann = tenant();
    for (const n of [1, 2, 3]) {
      await ann.commit([0, 1, 2, 3].map((i) => makeTask(`t${n}-${i}`)));
    }
    const ends: number[] = [];
    for (let after = 0; after < 12; after = ends.at(-1)!) {
      const page = await ann.call('changes', { after, limit: 2 });
      assert.equal(page.from, after);
      assert.equal(page.head, 12);
      assert.deepEqual(page.changes.map(({ seq }: { seq: number }) => seq), [1, 2, 3, 4].map((n) => after + n));
      ends.push(page.to);
    }
    assert.deepEqual(ends, [4, 8, 12]);
    assert.deepEqual((await ann.call('changes', { after: 12 })).changes, []);
  });
});
