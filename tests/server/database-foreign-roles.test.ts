// SPDX-License-Identifier: MIT
//
// Who writes behind our back, and to what: the table's owner, roles with a grant, tables that were there before us with
// rules, keys and partitions of their own. What they could do before they can still do; what they do is in the log; and
// ablo_app sees one organization whatever they allow.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Adopted } from './support/adopted';
import { onEachPostgres } from './support/databases';

/** As an application has it: its own key, more columns than we know of, rows that belong to nobody. */
const kTasks = `create table tasks (
  id text primary key, organization_id text, title text, status varchar(20), count numeric, done boolean, due timestamptz,
  extra jsonb, secret bytea, created_at timestamptz default now(), updated_at timestamptz default now());
  insert into tasks (id, organization_id, title) values ('old', 'acme', 'Before us'), ('stray', null, 'Nobody''s');
  grant select, insert, update, delete on tasks to cron;`;

onEachPostgres((_, cluster) => {
  const adopt = (tables = kTasks) => Adopted.create(cluster(), tables);
  const add = (organization: string, id: string, title: string) =>
    `insert into tasks (organization_id, id, title) values ('${organization}', '${id}', '${title}')`;

  test('the owner and a role with a grant see and write all rows as before, and their writes are logged', async () => {
    await using adopted = await adopt();
    const ann = adopted.tenant();
    for (const role of ['keeper', 'cron', 'postgres']) {
      assert.deepEqual(await adopted.as(role, `select count(*)::int from tasks where id in ('old', 'stray')`), [[2]], role);
      await adopted.as(role, `${add(ann.organization, role, 'made')}; update tasks set title = 'changed' where id = '${role}'`);
    }
    assert.deepEqual(await adopted.log(ann), ['keeper', 'cron', 'postgres'].map((role) => `create tasks/${role} changed`));
    await assert.rejects(adopted.as('cron', 'select * from ablo.log'), /permission denied for schema ablo/);
    await assert.rejects(adopted.as('cron', 'delete from notes'), /permission denied for table notes/);
  });

  test('so do roles that are taken on, with or without inheritance', async () => {
    await using adopted = await adopt();
    const ann = adopted.tenant();
    await cluster().psql(`do $$ begin
      if to_regrole('team') is null then
        create role team nologin; create role member login noinherit in role team; create role heir login inherit in role team;
      end if;
    end $$`);
    await adopted.as('keeper', 'grant select, insert, update, delete on tasks to team');
    await adopted.as('member', `set role team; ${add(ann.organization, 'a', 'as team')}`);
    await adopted.as('heir', add(ann.organization, 'b', 'as heir'));
    await assert.rejects(adopted.as('member', 'select * from tasks'), /permission denied/);
    assert.deepEqual(await adopted.log(ann), ['create tasks/a as team', 'create tasks/b as heir']);
  });

  test('sessions that bypass row level security, or refuse to be filtered', async () => {
    await using adopted = await adopt();
    const ann = adopted.tenant();
    await cluster().psql(`do $$ begin if to_regrole('auditor') is null then create role auditor login bypassrls; end if; end $$`);
    await adopted.as('keeper', 'grant select, insert on tasks to auditor');
    await adopted.as('postgres', `set row_security = off; ${add(ann.organization, 'a', 'restored')}`);
    await adopted.as('auditor', `set row_security = off; ${add(ann.organization, 'b', 'bypassed')}`);
    await assert.rejects(adopted.as('cron', 'set row_security = off; select * from tasks'), /row-level security/);
    assert.deepEqual(await adopted.log(ann), ['create tasks/a restored', 'create tasks/b bypassed']);
  });

  test('rows of nobody get an organization, lose it, and are never in the way', async () => {
    await using adopted = await adopt();
    const ann = adopted.tenant();
    for (const organization of [`'${ann.organization}'`, `''`, `'${ann.organization}'`, 'null'])
      await adopted.as('cron', `update tasks set organization_id = ${organization} where id = 'stray'`);
    assert.deepEqual((await adopted.log(ann)).map((text) => text!.split(' ')[0]), ['create', 'delete', 'create', 'delete']);
  });

  test('no rule of the table lets ablo_app see another organization', async () => {
    await using adopted = await adopt(`${kTasks}
      alter table tasks enable row level security;
      create policy everybody on tasks using (true) with check (true);
      create policy ours on tasks to public using (title <> 'hidden')`);
    const [ann, eve] = [adopted.tenant(), adopted.tenant()];
    assert.equal(await ann.task(), 1);
    await adopted.as('keeper', 'create policy later on tasks for all to public using (true) with check (true)');
    assert.deepEqual((await eve.call('load', { full: true })).models.tasks, []);
    assert.equal((await eve.update('tasks', 't1', { title: 'mine' })).error.code, 'entity_not_found');
    const asApp = `begin; set local role ablo_app; select set_config('app.current_org_id', '${eve.organization}', true);`;
    await assert.rejects(adopted.as('keeper', `${asApp} ${add(ann.organization, 'x', 'x')}`), /row-level security/);
    assert.deepEqual(await adopted.as('keeper', `${asApp} select count(*)::int from tasks`), [[0]]);
    assert.deepEqual(await adopted.as('keeper', `set role ablo_app; select count(*)::int from tasks`), [[0]]);
  });

  test('a table with rules of its own keeps them, and one that was closed stays closed', async () => {
    await using adopted = await adopt(`${kTasks}
      alter table tasks enable row level security;
      create policy cron on tasks to cron using (title like 'cron%') with check (title like 'cron%');
      create table notes (organization_id text, id text, text text, task_id text);
      alter table notes enable row level security;
      grant all on notes to cron`);
    const ann = adopted.tenant();
    await ann.task();
    await adopted.as('cron', add(ann.organization, 'c', 'cron was here'));
    assert.deepEqual(await adopted.as('cron', 'select id from tasks'), [['c']]);
    await assert.rejects(adopted.as('cron', add(ann.organization, 'd', 'something else')), /row-level security/);
    assert.deepEqual(await adopted.as('cron', 'select count(*)::int from notes'), [[0]]);
    assert.deepEqual(await adopted.as('keeper', 'select count(*)::int from tasks'), [[4]]);
    assert.deepEqual(await adopted.log(ann, 1), ['create tasks/c cron was here']);
    assert.deepEqual(await adopted.server.database.check(), []);
    await adopted.server.pushSchema((await adopted.server.database.schema())!.document);
    assert.deepEqual(await adopted.as('cron', 'select id from tasks'), [['c']]);
  });

  test('a table that a push makes is its owner’s alone, until somebody is granted more', async () => {
    await using adopted = await adopt('alter default privileges in schema public grant all on tables to cron, public');
    const ann = adopted.tenant();
    await assert.rejects(adopted.as('cron', 'select * from tasks'), /permission denied/);
    await adopted.as('keeper', 'grant select, insert on tasks to cron');
    await adopted.as('cron', `insert into tasks (organization_id, id, title) values ('${ann.organization}', 'a', 'granted')`);
    assert.deepEqual(await adopted.log(ann), ['create tasks/a granted']);
  });

  test('a partitioned table: through it, into a partition, from one to the other', async () => {
    await using adopted = await adopt(`create table tasks (organization_id text, id text, title text, part int default 1,
      secret bytea, primary key (organization_id, id, part)) partition by list (part);
      create table tasks_2 (id text not null, title text, part int not null, secret bytea, organization_id text not null);
      create table tasks_1 partition of tasks for values in (1);
      alter table tasks attach partition tasks_2 for values in (2)`);
    const ann = adopted.tenant();
    const key = `'${ann.organization}'`;
    await adopted.as('keeper', `insert into tasks (organization_id, id, title) values (${key}, 'a', 'through')`);
    await adopted.as('keeper', `insert into tasks_2 (organization_id, id, title, part) values (${key}, 'b', 'into', 2)`);
    await adopted.as('keeper', `update tasks set part = 2, title = 'moved' where id = 'a'`);
    await adopted.as('keeper', `delete from tasks_2 where id = 'b'`);
    assert.deepEqual(await adopted.log(ann), [
      'create tasks/a through', 'create tasks/b into', 'update tasks/a moved', 'delete tasks/b',
    ]);
    assert.deepEqual(await adopted.server.database.check(), []);
    await adopted.as('keeper', 'truncate tasks');
    assert.deepEqual((await ann.log(4)).map(({ kind }) => kind), ['resync']);
    assert.equal((await adopted.server.pushSchema((await adopted.server.database.schema())!.document)).unchanged, true);
  });

  for (const [what, change] of Object.entries({
    'lost a column': 'alter table tasks drop column title',
    'lost its organization': 'alter table tasks drop column organization_id cascade',
    'has another name for its key': 'alter table tasks rename column id to key',
    'has a column of another type': 'alter table tasks alter column due type text',
    'has organizations of another type': `drop policy tasks_tenant_isolation on tasks;
      alter table tasks alter column organization_id type int using 1`,
  }))
    test(`a table that ${what} since it was pushed: writes succeed, and everybody is told to look`, async () => {
      await using adopted = await adopt();
      const ann = adopted.tenant();
      await ann.task();
      await adopted.as('postgres', change);
      await adopted.as('cron', 'update tasks set status = status; delete from tasks');
      await adopted.server.database.heads([ann.organization]);
      const log = await ann.log(1);
      assert.ok(log.length > 0 && log.every(({ kind }) => kind === 'resync'), JSON.stringify(log));
      assert.notDeepEqual(await adopted.server.database.check(), []);
    });

  test('a key too long for an index of ours is told as a marker', async () => {
    await using adopted = await adopt(kTasks.replace('id text primary key', 'id text'));
    const ann = adopted.tenant();
    await adopted.as('cron', `insert into tasks (organization_id, id, title)
      select '${ann.organization}', string_agg(md5(i::text), ''), 'long' from generate_series(1, 400) i`);
    assert.deepEqual(await adopted.log(ann), ['resync tasks/']);
  });
});
