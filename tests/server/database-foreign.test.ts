// SPDX-License-Identifier: MIT
//
// What others do to our tables: psql, cascades, triggers. It is logged like anything else, and never in our way for
// long.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { dropTask, onEachPostgres, setTask, type Answer, type Tenant } from './support/databases';

onEachPostgres((tenant, cluster) => {
  const psql = (sql: string) => cluster().psql(sql);
  const steps = (log: Answer[]) => log.map(({ op, id, fields, actor }) => [op, id, fields, actor.id]);

  /** A transaction that stays open. */
  async function session(): Promise<pg.Client> {
    const client = new pg.Client(cluster().url);
    await client.connect();
    return client;
  }

  test('rows that were written with psql are in the log, with what they were and are', async () => {
    const ann = tenant();
    const where = `organization_id = '${ann.organization}'`;
    await ann.task();
    const t2 = `'${ann.organization}', 't2', 'By hand', 'todo'`;
    await psql(`insert into tasks (organization_id, id, title, status) values (${t2})`);
    await psql(`update tasks set title = 'Changed by hand', count = 2 where ${where} and id = 't1'`);
    await psql(`delete from tasks where ${where} and id = 't2'`);

    const log = await ann.entries(1);
    assert.deepEqual(steps(log), [
      ['create', 't2', null, 'external'],
      ['update', 't1', ['count', 'title'], 'external'],
      ['delete', 't2', null, 'external'],
    ]);
    assert.deepEqual(log[1]!.before, { title: 'Write', count: null });
    assert.deepEqual(log[1]!.after, await ann.row('tasks', 't1'));
    assert.equal(log[2]!.before.title, 'By hand');
  });

  test('a transaction of others is one commit: what came of each row, once, and never split over pages', async () => {
    const ann = tenant();
    const key = `'${ann.organization}'`;
    await psql(`begin;
      insert into tasks (organization_id, id, title, status)
      values (${key}, 'a', 'one', 'todo'), (${key}, 'b', 'two', 'todo'), (${key}, 'gone', 'x', 'todo');
      update tasks set title = 'three' where organization_id = ${key} and id = 'a';
      delete from tasks where organization_id = ${key} and id = 'gone';
      savepoint s; update tasks set title = 'never' where organization_id = ${key} and id = 'b'; rollback to s;
      commit`);
    const page = await ann.call('changes', { after: 0, limit: 1 });
    const changes = page.changes.map(({ op, id, after }: Answer) => [op, id, after.title]);
    assert.deepEqual(changes, [['create', 'a', 'three'], ['create', 'b', 'two']]);
    assert.equal(new Set(page.changes.map(({ commitKey }: Answer) => commitKey)).size, 1);
  });

  test('an update that changes nothing is not news', async () => {
    const ann = tenant();
    await ann.task();
    await psql(`update tasks set title = title where organization_id = '${ann.organization}'`);
    assert.equal((await ann.log()).length, 1);
  });

  test('a guarded write is stale against psql', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await psql(`update tasks set title = 'by hand' where organization_id = '${ann.organization}'`);
    const { error } = await ann.update('tasks', 't1', { title: 'x' }, { readAt });
    assert.deepEqual(error.conflicts.map(({ actor }: Answer) => actor), [{ kind: 'system', id: 'external' }]);
  });

  test('a row that is archived with psql is logged as archived, and every guarded write to it is stale', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    for (const value of ['now()', 'null'])
      await psql(`update tasks set archived_at = ${value} where organization_id = '${ann.organization}'`);
    assert.deepEqual(steps(await ann.log(1)), [
      ['archive', 't1', ['archivedAt'], 'external'],
      ['unarchive', 't1', ['archivedAt'], 'external'],
    ]);
    assert.equal((await ann.update('tasks', 't1', { title: 'x' }, { readAt })).error.code, 'stale_context');
  });

  test('a row that moves to another organization leaves the one and enters the other', async () => {
    const [from, to] = [tenant(), tenant()];
    await from.task();
    await psql(`update tasks set organization_id = '${to.organization}'
      where organization_id = '${from.organization}'`);
    assert.deepEqual(steps(await from.log(1)), [['delete', 't1', null, 'external']]);
    assert.deepEqual(steps(await to.log()), [['create', 't1', null, 'external']]);
  });

  test('after TRUNCATE everybody is told to look again, and guarded writes are stale', async () => {
    const ann = tenant();
    await ann.create('notes', 'n1', { text: 'x' });
    await psql('truncate notes');
    const [entry] = await ann.log(1);
    assert.deepEqual([entry!.kind, entry!.model], ['resync', 'notes']);
    assert.equal((await ann.update('notes', 'n1', { text: 'y' }, { readAt: 1 })).error.code, 'stale_context');
  });

  test('claims of rows that are gone with very many others, or with all of them, are over', async () => {
    const ann = tenant();
    const fill = (from: number, to: number) => psql(`insert into notes (organization_id, id, text)
      select '${ann.organization}', i::text, 'x' from generate_series(${from}, ${to}) i`);
    const live = async () => (await ann.claims()).map(({ row, status }) => `${row} ${status}`);
    await fill(0, 10_001);
    for (const [name, row] of [['a', '0'], ['b', '0'], ['c', '1'], ['d', '2']] as const) await ann.as(name).claim(row, { model: 'notes' });
    assert.deepEqual(await live(), ['0 active', '0 queued', '1 active', '2 active']);
    await psql(`delete from notes where organization_id = '${ann.organization}' and id <> '1'`);
    assert.deepEqual(await live(), ['1 active']);
    await psql('truncate notes');
    await ann.entries(1);
    assert.deepEqual(await live(), []);
  });

  test('very many rows at once are one marker, not as many entries', async () => {
    const ann = tenant();
    await psql(`insert into notes (organization_id, id, text)
      select '${ann.organization}', i::text, 'x' from generate_series(1, 10001) i`);
    assert.deepEqual((await ann.log()).map(({ kind }) => kind), ['resync']);
  });

  test('rows that one transaction changes again and again are told once each, as they were before it', async () => {
    const ann = tenant();
    const rows = Array.from({ length: 2001 }, (_, i) => `${i}`).sort();
    await psql(`insert into notes (organization_id, id, text) select '${ann.organization}', unnest('{${rows}}'::text[]), 'x'`);
    const again = ['a', 'b', 'c', 'd', 'e'].map((text) => `update notes set text = '${text}' where organization_id = '${ann.organization}'`);
    await psql(`begin; ${again.join('; ')}; commit`);
    const log = await ann.entries(rows.length);
    assert.deepEqual(log.map(({ id, op, before, after }) => [id, op, before.text, after.text]), rows.map((id) => [id, 'update', 'x', 'e']));
  });

  test('a row that an open transaction holds blocks only the commit that wants it', async () => {
    const ann = tenant();
    await ann.task('t1');
    await ann.task('t2');
    const other = await session();
    await other.query('begin');
    await other.query(`update tasks set title = 'held' where organization_id = $1 and id = 't1'`, [ann.organization]);
    const commit = ann.asked([setTask('t1', { status: 'done' })]);
    const [blocked, free] = await ann.batch([commit, ann.as('bot').asked([setTask('t2', { status: 'done' })])]);
    assert.deepEqual([blocked!.status, free!.status], ['blocked', 'confirmed']);
    assert.equal((await ann.batch([commit], { patient: true }))[0]!.status, 'blocked', 'patience has an end');

    const patient = ann.batch([commit], { patient: true });
    await other.query('commit');
    assert.equal((await patient)[0]!.status, 'confirmed', 'and nothing was decided meanwhile');
    await other.end();
    assert.equal((await ann.row('tasks', 't1'))!.title, 'held');
  });

  test('a commit that waits for a row holds none: no transaction of others is ended for a deadlock', async () => {
    const ann = tenant();
    for (const id of ['t1', 't2', 't3']) await ann.task(id);
    const hold = async (client: pg.Client, id: string) =>
      client.query(`update tasks set title = 'theirs' where organization_id = $1 and id = $2`, [ann.organization, id]);
    const [first, second] = [await session(), await session()];
    for (const client of [first, second]) await client.query('begin');
    await hold(first, 't2');
    await hold(second, 't3');
    const waiting = ann.batch(
      [ann.asked(['t1', 't2', 't3'].map((id) => setTask(id, { status: 'done' })))], { patient: true });
    await setTimeout(200);
    const wants = hold(second, 't1'); // which the commit has had, if it keeps what it waits with
    await setTimeout(200);
    await first.query('commit');
    await wants;
    await second.query('commit');
    assert.equal((await waiting)[0]!.status, 'confirmed');
    for (const client of [first, second]) await client.end();
    assert.equal((await ann.row('tasks', 't1'))!.title, 'theirs');
  });

  test('a row that is held for too long is refused for good: a copy that another server sends later is too', async () => {
    const ann = tenant();
    await ann.task();
    const other = await session();
    await other.query('begin');
    await other.query(`update tasks set title = 'held' where organization_id = $1`, [ann.organization]);
    const commit = ann.asked([setTask('t1', { status: 'done' })]);
    const [refused] = await ann.batch([commit], { patient: true, final: true });
    await other.query('commit');
    await other.end();
    assert.equal(refused!.error?.code, 'row_locked');
    assert.deepEqual(await ann.batch([commit]), [refused]);
    assert.equal((await ann.row('tasks', 't1'))!.status, 'todo');
    assert.equal((await ann.batch([{ ...commit, attempt: 2 }]))[0]!.status, 'confirmed');
  });

  describe('with foreign keys and triggers of the user', () => {
    before(() => psql(`
      alter table notes add constraint notes_task
        foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade;
      create function count_notes() returns trigger language plpgsql as $$ begin
        update tasks set count = coalesce(count, 0) + 1
        where organization_id = new.organization_id and id = new.task_id;
        return null;
      end $$;
      create trigger count_notes after insert on notes for each row execute function count_notes();
      create function stamp() returns trigger language plpgsql as $$ begin
        new.title := new.title || '!';
        return new;
      end $$;
      create trigger stamp before update on tasks
        for each row when (new.title is distinct from old.title) execute function stamp()`));

    async function taskWithNotes(ann: Tenant): Promise<void> {
      await ann.task();
      await ann.create('notes', 'n1', { text: 'one', taskId: 't1' });
      await ann.create('notes', 'n2', { text: 'two', taskId: 't1' });
    }

    test('rows that go with ours are in the log too, as done by whoever deleted', async () => {
      const ann = tenant();
      await taskWithNotes(ann);
      const { seq } = await ann.commit([dropTask('t1')]);
      const log = await ann.log(seq - 1);
      assert.deepEqual(log.map(({ op, model, id, actor }) => [op, model, id, actor.id]), [
        ['delete', 'tasks', 't1', 'ann'], ['delete', 'notes', 'n1', 'ann'], ['delete', 'notes', 'n2', 'ann'],
      ]);
    });

    test("what a trigger makes of our write is in the log, and so is what it does to other rows", async () => {
      const ann = tenant();
      await taskWithNotes(ann);
      await ann.update('tasks', 't1', { title: 'Louder' });
      const log = await ann.log();
      assert.deepEqual(log.map(({ op, model, after }) => [op, model, model === 'tasks' ? after.count : null]), [
        ['create', 'tasks', null],
        ['create', 'notes', null], ['update', 'tasks', 1],
        ['create', 'notes', null], ['update', 'tasks', 2],
        ['update', 'tasks', 2],
      ]);
      assert.equal(log.at(-1)!.after.title, 'Louder!');
      assert.deepEqual(log.at(-1)!.after, await ann.row('tasks', 't1'));
    });

    test('a reference to nothing is refused by name', async () => {
      const ann = tenant();
      const { error } = await ann.create('notes', 'n1', { text: 'x', taskId: 'nowhere' });
      assert.equal(error.code, 'foreign_key_violation');
    });
  });
});
