// SPDX-License-Identifier: MIT
//
// Whoever writes to our tables without us does not know of us: whatever they have set, and however they go about it, their
// transaction commits and waits for nobody, and what it changed is in the log.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import pg from 'pg';
import { until } from '../support/until';
import { onEachPostgres, setTask, type Answer, type Tenant } from './support/databases';
import { Sessions } from './support/sessions';

onEachPostgres((tenant, cluster) => {
  const psql = (sql: string) => cluster().psql(sql);
  const sessions = new Sessions(() => cluster().url);
  afterEach(() => sessions.close());

  /** The log after a server has looked, as every server does many times a second. Dense, and true of the row. */
  async function logged(ann: Tenant, id = 't1'): Promise<Answer[]> {
    await ann.server.database.heads([ann.organization]);
    const log = await ann.entries();
    assert.deepEqual(log.map(({ seq }) => seq), log.map((_, i) => i + 1));
    const last = log.filter((entry) => entry.model === 'tasks' && entry.id === id).at(-1)!;
    assert.deepEqual(last.after ?? undefined, await ann.row('tasks', id));
    return log;
  }
  const setTitle = (ann: Tenant, title: string) =>
    `update tasks set title = '${title}' where organization_id = '${ann.organization}' and id = 't1'`;
  const addTask = (ann: Tenant, id: string) =>
    `insert into tasks (organization_id, id, title, status) values ('${ann.organization}', '${id}', 'x', 'todo')`;
  const lockLog = (ann: Tenant) => `select from ablo.organization where id = '${ann.organization}' for update`;

  for (const level of ['repeatable read', 'serializable'])
    test(`a transaction in ${level} commits, though the log grew since it began`, async () => {
      const ann = tenant();
      await ann.task();
      const theirs = await sessions.begin(`set transaction isolation level ${level}`, 'select count(*) from tasks');
      await ann.task('t2');
      await ann.update('tasks', 't2', { title: 'meanwhile' });
      await theirs.query(`${setTitle(ann, 'theirs')}; commit`);
      const log = await logged(ann);
      assert.deepEqual(log.slice(3).map(({ id, op, before }) => [id, op, before]), [['t1', 'update', { title: 'Write' }]]);
    });

  test('two in serializable that touch other rows do not fail for our sake', async () => {
    const ann = tenant();
    await ann.task('t1');
    await ann.task('t2');
    const begin = () => sessions.begin('set transaction isolation level serializable');
    const [first, second] = [await begin(), await begin()];
    await first.query(setTitle(ann, 'one'));
    await second.query(setTitle(ann, 'two').replace("'t1'", "'t2'"));
    await first.query('commit');
    await second.query('commit');
    await logged(ann);
    assert.equal((await logged(ann, 't2')).length, 4);
  });

  for (const limit of ['lock_timeout = 10', 'statement_timeout = 100', 'lock_timeout = 0'])
    test(`whoever holds a log keeps nobody waiting, with ${limit}`, async () => {
      const ann = tenant();
      await ann.task();
      const holder = await sessions.begin(lockLog(ann));
      const theirs = await sessions.open();
      const before = performance.now();
      await theirs.query(`set ${limit}`);
      await theirs.query(setTitle(ann, 'theirs'));
      assert.ok(performance.now() - before < 5_000);
      assert.equal((await ann.log()).length, 1);
      await holder.query('commit');
      assert.equal((await logged(ann)).at(-1)!.before.title, 'Write');
    });

  test('what could not be logged survives a crash', async () => {
    const ann = tenant();
    await ann.task();
    const theirs = await sessions.begin('set transaction isolation level repeatable read', setTitle(ann, 'theirs'));
    await theirs.query('commit');
    await sessions.close();
    await cluster().kill();
    await cluster().start();
    const log = await until('the server has it again', () => logged(ann).catch(() => undefined));
    assert.equal(log.length, 2);
  });

  const snapshot = 'set transaction isolation level repeatable read';
  const told = (log: Answer[]) => log.map(({ op, id, fields, actor }) => [op, id, fields, actor.id]);

  test('what could not be logged is told before what a commit of ours makes of it', async () => {
    const [ann, other] = [tenant(), tenant()];
    for (const one of [ann, other]) {
      await one.task();
      await sessions.ask(snapshot, setTitle(one, 'theirs'));
    }
    assert.equal((await ann.update('tasks', 't1', { status: 'done' })).seq, 3);
    assert.equal((await other.log(1)).length, 0, 'other logs are left alone');
    const log = await logged(ann);
    assert.deepEqual(told(log.slice(1)), [['update', 't1', ['title'], 'external'], ['update', 't1', ['status'], 'ann']]);
    assert.deepEqual(log.map(({ after }) => [after.title, after.status]), [
      ['Write', 'todo'], ['theirs', 'todo'], ['theirs', 'done'],
    ]);
    assert.equal((await logged(other)).length, 2);
  });

  test('a guarded write is stale against what could not be logged, whoever wrote after that', async () => {
    for (const then of ['nobody', 'we', 'they']) {
      const ann = tenant();
      const readAt = await ann.task();
      await sessions.ask(snapshot, setTitle(ann, 'theirs'));
      if (then === 'we') await ann.as('bot').update('tasks', 't1', { status: 'done' });
      if (then === 'they') await psql(setTitle(ann, '').replace("title = ''", "status = 'done'"));
      const { error } = await ann.update('tasks', 't1', { title: 'mine' }, { readAt });
      assert.equal(error?.code, 'stale_context', then);
      assert.equal((await ann.update('tasks', 't1', { count: 1 }, { readAt })).status, 'confirmed', then);
      assert.equal((await logged(ann)).at(-1)!.after.title, 'theirs');
    }
  });

  test('a guarded write is stale against what was left because the log was busy', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    const holder = await sessions.begin(lockLog(ann));
    await psql(setTitle(ann, 'theirs'));
    const [mine, other] = ['t1', 't2'].map((id) => ann.as(id).asked([setTask(id, { title: 'mine' })], { readAt }));
    const waiting = ann.batch([mine!, other!]);
    await sessions.waiting(1);
    await holder.query('commit');
    assert.deepEqual((await waiting).map(({ error }) => error.code), ['stale_context', 'entity_not_found']);
    assert.deepEqual(told((await logged(ann)).slice(1)), [['update', 't1', ['title'], 'external']]);
  });

  test('what a prepared transaction did is known to guards as soon as it is committed', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    const theirs = await sessions.begin(setTitle(ann, 'prepared'));
    await theirs.query(`prepare transaction '${ann.organization}'`);
    await theirs.query(`commit prepared '${ann.organization}'`);
    await ann.update('tasks', 't1', { status: 'done' });
    assert.equal((await ann.update('tasks', 't1', { title: 'mine' }, { readAt })).error?.code, 'stale_context');
  });

  test('a prepared transaction keeps no log locked', async () => {
    const ann = tenant();
    await ann.task();
    await ann.task('t2');
    const theirs = await sessions.begin(setTitle(ann, 'prepared'));
    await theirs.query(`prepare transaction '${ann.organization}'`);
    assert.equal((await ann.update('tasks', 't2', { title: 'free' })).status, 'confirmed');
    await theirs.query(`commit prepared '${ann.organization}'`);
    assert.equal((await logged(ann)).at(-1)!.id, 't1');
  });

  test('two over two organizations in opposite order both commit, whenever they want their constraints checked', async () => {
    const [ann, ben] = [tenant(), tenant()];
    for (const one of [ann, ben]) for (const id of ['t1', 't2']) await one.task(id);
    const first = await sessions.begin(setTitle(ann, 'first'), 'set constraints all immediate');
    const second = await sessions.begin(setTitle(ben, 'second'), 'set constraints all immediate');
    await Promise.all([
      first.query(setTitle(ben, 'first').replace("'t1'", "'t2'")),
      second.query(setTitle(ann, 'second').replace("'t1'", "'t2'")),
    ]);
    await Promise.all([first.query('commit'), second.query('commit')]);
    for (const one of [ann, ben]) {
      await logged(one, 't1');
      assert.equal((await logged(one, 't2')).length, 4);
    }
  });

  test('what a block of PL/pgSQL took back is not news, and what came after is', async () => {
    const ann = tenant();
    await ann.task();
    await psql(`do $$ begin
      begin ${setTitle(ann, 'never')}; raise division_by_zero; exception when division_by_zero then null; end;
      ${addTask(ann, 't2')};
      begin ${addTask(ann, 't2')}; exception when unique_violation then null; end;
    end $$`);
    assert.deepEqual((await logged(ann, 't2')).slice(1).map(({ id, op }) => [id, op]), [['t2', 'create']]);
  });

  test('constraints checked at once, twice in one transaction: one commit for each, nothing twice', async () => {
    const ann = tenant();
    await ann.task();
    await psql(`begin; set constraints all immediate; ${setTitle(ann, 'one')}; ${setTitle(ann, 'two')};
      set constraints all deferred; ${setTitle(ann, 'three')}; commit`);
    assert.deepEqual((await logged(ann)).slice(1).map(({ after }) => after.title), ['one', 'two', 'three']);
  });

  test('COPY, MERGE, ON CONFLICT and a writing CTE are seen', async () => {
    const ann = tenant();
    const key = `'${ann.organization}'`;
    await psql(`copy tasks (organization_id, id, title, status)
      from program 'printf "${ann.organization}\\tt1\\tcopied\\ttodo\\n${ann.organization}\\tt2\\tcopied\\ttodo\\n"'`);
    await psql(`insert into tasks (organization_id, id, title, status) values (${key}, 't1', 'x', 'todo'), (${key}, 't3', 'x', 'todo')
      on conflict (organization_id, id) do update set title = 'upserted'`);
    await psql(`merge into tasks t using (values ('t2'), ('t4')) m(id) on t.organization_id = ${key} and t.id = m.id
      when matched then delete when not matched then insert (organization_id, id, title, status) values (${key}, m.id, 'm', 'todo')`);
    await psql(`with gone as (delete from tasks where organization_id = ${key} and id = 't4' returning *)
      insert into tasks (organization_id, id, title, status) select organization_id, 't5', title, status from gone`);
    assert.deepEqual((await logged(ann)).map(({ id, op }) => `${op} ${id}`), [
      'create t1', 'create t2', 'update t1', 'create t3', 'delete t2', 'create t4', 'delete t4', 'create t5',
    ]);
  });

  test("a row's key may change, and two rows may swap theirs", async () => {
    const ann = tenant();
    await ann.task('a', { title: 'A', status: 'todo' });
    await ann.task('b', { title: 'B', status: 'todo' });
    await psql(`begin; update tasks set id = 'c' where organization_id = '${ann.organization}' and id = 'a';
      update tasks set id = 'a' where organization_id = '${ann.organization}' and id = 'b';
      update tasks set id = 'b' where organization_id = '${ann.organization}' and id = 'c'; commit`);
    const changes = (await logged(ann, 'a')).slice(2).map(({ id, op, after }) => [id, op, after.title]);
    assert.deepEqual(changes, [['a', 'update', 'B'], ['b', 'update', 'A']]);
  });

  test("the images do not depend on the writer's settings", async () => {
    const ann = tenant();
    await ann.task('t1', { title: 'x', status: 'todo', count: 0.1, due: '2026-01-02T03:04:05.678Z' });
    await psql(`set extra_float_digits = -5; set datestyle = 'German'; set timezone = 'Asia/Tokyo'; set intervalstyle = 'iso_8601';
      set search_path = ''; set role = 'postgres'; set row_security = off;
      update public.tasks set count = 0.1::float8 + 0.2::float8 where organization_id = '${ann.organization}'`);
    const [, entry] = await logged(ann);
    assert.equal(entry!.after.count, 0.30000000000000004);
    assert.deepEqual(entry!.before, { count: 0.1 });
  });

  test('values that JSON has no word for are no reason to fail', async () => {
    const ann = tenant();
    for (const [count, due] of [['NaN', 'infinity'], ['-Infinity', '4713-01-01 BC'], ['1e308', '294276-01-01']])
      await psql(`insert into tasks (organization_id, id, title, status, count, due, extra) values
        ('${ann.organization}', 'odd' || nextval('ablo.fence'), E'\\u2028\\x01"\\\\', 'todo', '${count}', '${due}', 'null')`);
    await ann.task();
    assert.equal((await logged(ann)).length, 4);
  });

  test('a writer cannot pass for somebody else, nor hide from the log', async () => {
    const ann = tenant();
    await ann.task();
    await psql(`begin; set local ablo.own = 'tasks/t1'; set local ablo.cause = '{"actor": {"kind": "user", "id": "ann"}}';
      ${setTitle(ann, 'hidden')}; commit`);
    assert.equal((await logged(ann)).at(-1)!.actor.id, 'external');
  });

  test('a transaction of many statements takes few transaction ids', async () => {
    const ann = tenant();
    await ann.task();
    const theirs = await sessions.begin(...Array.from({ length: 100 }, (_, i) => setTitle(ann, `title ${i}`)));
    const xid = async (client: pg.Client) => BigInt((await client.query('select pg_current_xact_id() as xid')).rows[0].xid);
    const own = await xid(theirs);
    await theirs.query('commit');
    const used = (await xid(await sessions.open())) - own;
    assert.ok(used < 20n, `${used}`);
    await logged(ann);
  });

  test('a load that fires no trigger is not seen, until somebody says so', async () => {
    const ann = tenant();
    await ann.task();
    await psql(`set session_replication_role = replica; ${setTitle(ann, 'unseen')}`);
    assert.equal((await ann.log()).length, 1);
    await psql(`select ablo.announce('tasks')`);
    assert.deepEqual((await ann.log(1)).map(({ kind, model }) => [kind, model]), [['resync', 'tasks']]);
  });

  test('commits of ours go on beside all of this', async () => {
    const ann = tenant();
    await ann.task();
    const theirs = await sessions.begin('set transaction isolation level serializable', addTask(ann, 't2'));
    assert.equal((await ann.commit([setTask('t1', { title: 'ours' })])).status, 'confirmed');
    await theirs.query('commit');
    assert.equal((await logged(ann, 't2')).length, 3);
  });
});
