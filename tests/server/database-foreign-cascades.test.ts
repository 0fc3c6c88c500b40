// SPDX-License-Identifier: MIT
//
// A table whose keys refer to itself: the rows that such a key takes along, or changes by the way, are in the log beside the
// row that our commit wrote; and that row once, as it is committed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Adopted } from './support/adopted';
import { onEachPostgres, type Answer, type Operation, type Tenant } from './support/databases';

const kPartitioned = `create table notes (organization_id text, id text, text text, task_id text,
    primary key (organization_id, id), unique (organization_id, text)) partition by list (organization_id);
  create table notes_all partition of notes default;`;

onEachPostgres((tenant, cluster) => {
  /** With these keys of notes, in a table of one piece and in a partitioned one. */
  function withKeys(
    keys: string[], what: string, body: (ann: Tenant, psql: (sql: string) => Promise<unknown>) => Promise<void>,
  ): void {
    const alter = (each: (key: string, i: number) => string) => `alter table notes ${keys.map(each).join(', ')}`;
    const add = alter((key, i) => `add constraint own_${i} ${key}`);
    const drop = alter((_, i) => `drop constraint own_${keys.length - 1 - i}`);
    test(what, async () => {
      await cluster().psql(add);
      try {
        await body(tenant(), (sql) => cluster().psql(sql));
      } finally {
        await cluster().psql(drop);
      }
    });
    test(`${what}, of a partitioned table`, async () => {
      await using adopted = await Adopted.create(cluster(), kPartitioned + alter((key) => `add ${key}`));
      await body(adopted.tenant(), (sql) => adopted.as('keeper', sql));
    });
  }
  const below = (then: string) => [`foreign key (organization_id, task_id) references notes (organization_id, id) ${then}`];

  async function made(ann: Tenant, notes: Record<string, object>): Promise<void> {
    for (const [id, data] of Object.entries(notes)) await ann.create('notes', id, { text: id, ...data });
  }
  /** What the log has gained, which ends with what the rows are. */
  async function told(ann: Tenant, after: number): Promise<Answer[]> {
    const log = (await ann.entries(after)) ?? [];
    const rows = new Map((await ann.call('load', { full: true })).models.notes.map((row: Answer) => [row.id, row]));
    for (const { id, after } of new Map(log.map((entry) => [entry.id, entry])).values())
      assert.deepEqual(after, rows.get(id) ?? null, id);
    return log;
  }
  const drop = (id: string): Operation => ({ op: 'delete', model: 'notes', id });
  const steps = (log: Answer[]) => log.map(({ op, id, actor }) => `${op} ${id} ${actor.id}`);
  const forest = { p: {}, c: { taskId: 'p' }, g: { taskId: 'c' }, other: {} };

  withKeys(below('on delete cascade'), 'rows that go with a row of ours', async (ann) => {
    await made(ann, forest);
    await ann.commit([drop('p')]);
    assert.deepEqual(steps(await told(ann, 4)), ['delete p ann', 'delete c ann', 'delete g ann']);
  });

  withKeys(below('on delete cascade'), 'rows that go with one of several that a commit writes', async (ann) => {
    await made(ann, forest);
    await ann.commit([
      { op: 'update', model: 'notes', id: 'c', data: { text: 'C' } },
      drop('p'),
      { op: 'update', model: 'notes', id: 'other', data: { text: 'O' } },
      { op: 'create', model: 'notes', id: 'c', data: { text: 'again' } },
    ]);
    assert.deepEqual(steps(await told(ann, 4)), [
      'update c ann', 'delete p ann', 'update other ann', 'create c ann', 'delete g ann',
    ]);
  });

  withKeys(below('on delete cascade'), 'what others could not log comes before it, as a commit of its own', async (ann, psql) => {
    await made(ann, forest);
    const own = `where organization_id = '${ann.organization}'`;
    await psql(`begin isolation level repeatable read; update notes set text = text || '?' ${own}; commit`);
    const { seq } = await ann.commit([drop('p')]);
    const log = await told(ann, 4);
    assert.deepEqual(steps(log), [
      'update c external', 'update g external', 'update other external', 'update p external',
      'delete p ann', 'delete c ann', 'delete g ann',
    ]);
    assert.equal(seq, 9);
    assert.deepEqual(log.map(({ operation_index }) => operation_index), [0, 1, 2, 3, 0, 0, 1]);
    const joined = log.map(({ commit_key }, i) => commit_key === log[i - 1]?.commit_key);
    assert.deepEqual(joined, [false, true, true, true, false, false, true]);
    assert.notEqual(log[0]!.commit_key, log[6]!.commit_key);
  });

  withKeys(below('on delete set null (task_id)'), 'rows that lose a row of ours', async (ann) => {
    await made(ann, forest);
    await ann.commit([drop('p')]);
    const log = await told(ann, 4);
    assert.deepEqual(steps(log), ['delete p ann', 'update c ann']);
    assert.deepEqual([log[1]!.fields, log[1]!.before], [['taskId'], { taskId: 'p' }]);
  });

  const renamed = [
    'unique (organization_id, text)',
    'foreign key (organization_id, task_id) references notes (organization_id, text) on update cascade on delete cascade',
  ];
  withKeys(renamed, 'rows that follow a row of ours, and that row itself when it follows itself', async (ann) => {
    await made(ann, { p: { text: 'p', taskId: 'p' }, c: { taskId: 'p' } });
    await ann.update('notes', 'p', { text: 'P' });
    const log = await told(ann, 2);
    assert.deepEqual(steps(log), ['update p ann', 'update c ann', 'update p ann']);
    assert.deepEqual(log.map(({ before, fields }) => [fields, before.text, before.taskId]), [
      [['text'], 'p', undefined], [['taskId'], undefined, 'p'], [['taskId'], undefined, 'p'],
    ]);
    await ann.commit([drop('p')]);
    assert.deepEqual(steps(await told(ann, 5)), ['delete p ann', 'delete c ann']);
  });

  withKeys(below('on delete cascade'), 'what a trigger makes of rows that go along, and of ours', async (ann, psql) => {
    await psql(`create function touch() returns trigger language plpgsql as $$ begin
        update notes set text = text || '!' where organization_id = old.organization_id and id = 'other';
        return null;
      end $$;
      create trigger touch after delete on notes for each row execute function touch()`);
    try {
      await made(ann, forest);
      await ann.commit([{ op: 'update', model: 'notes', id: 'other', data: { text: 'O' } }, drop('p')]);
      const log = await told(ann, 4);
      assert.deepEqual(steps(log), ['update other ann', 'delete p ann', 'delete c ann', 'delete g ann', 'update other ann']);
      assert.deepEqual([log.at(-1)!.before.text, log.at(-1)!.after.text], ['O', 'O!!!']);
    } finally {
      await psql('drop trigger touch on notes; drop function touch()');
    }
  });

  withKeys(below('on delete cascade'), 'rows that go with a row of ours in a commit that is refused', async (ann) => {
    await made(ann, forest);
    const nowhere = { text: 'x', taskId: 'nowhere' };
    const { status } = await ann.commit([drop('p'), { op: 'create', model: 'notes', id: 'x', data: nowhere }]);
    assert.equal(status, 'rejected');
    assert.deepEqual(await told(ann, 4), []);
  });

  withKeys(below('on delete cascade'), 'a write of ours that takes nothing along is told with its receipt', async (ann) => {
    await made(ann, forest);
    const commits = [ann.asked([drop('g')])];
    const { page } = await ann.call('commit', { after: 4, commits });
    assert.deepEqual(page.changes.map(({ id }: Answer) => id), ['g']);
  });
});
