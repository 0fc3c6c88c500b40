// SPDX-License-Identifier: MIT
//
// What was measured beside the order of locks (lock-order.test.ts): how the writes of others are noticed and numbered, and what
// tables that were there before do. A way that is wrong is here as a small function (support/guards.sql); the right one
// beside it, and Ablo itself, do better with the same.
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropTask, onPostgres, schema, Tenant } from './support/databases';
import { triedBesideOurs, type Sessions } from './support/sessions';
import { Wire } from './support/wire';

/** Pages that a statement looked at: work, whatever else the machine does. */
async function pagesOf(sessions: Sessions, call: string): Promise<number> {
  const [{ Plan }] = await sessions.ask<[{ Plan: Record<string, number> }]>(
    `explain (analyze, buffers, format json) select ${call}`);
  return Plan['Shared Hit Blocks']! + Plan['Shared Read Blocks']!;
}

onPostgres((tenant, cluster) => {
  const { tried, ours } = triedBesideOurs('guards.sql', cluster);

  /** What was logged meanwhile in the database of what was tried. */
  async function logged(work: () => Promise<unknown>): Promise<string[]> {
    const log = `(select coalesce(array_agg(id order by id), '{}') from log)`;
    const before = await tried.ask<string[]>(`select ${log}`);
    await work();
    const after = await tried.ask<string[]>(`select ${log}`);
    return after.filter((id) => !before.includes(id));
  }

  test('rows that go with a deleted one are not logged if the whole transaction counts as own', async () => {
    for (const [way, entries] of [
      ['delete_own_transaction', ['own_transaction']],
      ['delete_own_row', ['own_row', 'own_row-child-1', 'own_row-child-2']],
    ] as const) {
      const [id] = entries;
      await tried.ask(`insert into parent values ('${id}')`,
        `insert into child values ('${id}-child-1', '${id}'), ('${id}-child-2', '${id}')`);
      assert.deepEqual(await logged(() => tried.ask(`select ${way}('${id}')`)), entries);
    }
  });

  test('rows that go with one we delete are logged with it', async () => {
    await cluster().psql(`alter table notes add constraint notes_task
      foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade`);
    const ann = tenant();
    await ann.task();
    for (const id of ['n1', 'n2']) await ann.create('notes', id, { text: 'x', taskId: 't1' });
    const { seq } = await ann.commit([dropTask('t1')]);
    const deleted = (await ann.log(seq - 1)).map(({ op, id }) => [op, id]);
    assert.deepEqual(deleted, [['delete', 't1'], ['delete', 'n1'], ['delete', 'n2']]);
  });

  test('TRUNCATE is not noticed by a trigger of rows, only by one of the statement', async () => {
    const fill = `insert into child values ('x')`;
    assert.deepEqual(await logged(() => tried.ask(fill, 'truncate child')), []);
    await tried.ask(`create trigger truncated after truncate on child for each statement execute function capture_truncated()`);
    assert.deepEqual(await logged(() => tried.ask(fill, 'truncate child')), ['all of child']);
  });

  test('TRUNCATE of a table of ours is in the log', async () => {
    const ann = tenant();
    await ann.create('notes', 'n1', { text: 'x' });
    await ours.ask('truncate notes');
    assert.deepEqual((await ann.log(1)).map(({ kind, model }) => [kind, model]), [['resync', 'notes']]);
  });

  test('the owner of a table cannot write to it while a trigger logs as whoever writes; as its definer it can', async () => {
    const writing = (table: string) => tried.ask('set local role shop', `update ${table} set stock = 0`);
    await assert.rejects(writing('captured_as_writer'), { code: '42501', message: /permission denied for table log/ });
    assert.deepEqual(await logged(() => writing('captured_as_definer')), ['soap']);
  });

  test('the owner of a table of ours, who may not see our log, writes to it and is logged', async () => {
    const ann = tenant();
    await ann.task();
    await cluster().psql('alter table tasks owner to shop');
    const mine = `select set_config('app.current_org_id', '${ann.organization}', true)`;
    const asShop = (sql: string) => ours.ask('set local role shop', mine, sql);
    await assert.rejects(asShop('select from ablo.log'), { code: '42501' });
    await asShop(`update tasks set title = 'theirs'`);
    assert.deepEqual((await ann.log(1)).map(({ op, after }) => [op, after.title]), [['update', 'theirs']]);
    await cluster().psql('alter table tasks owner to postgres');
  });

  test('a counter that is bumped for each entry looks at more of its old versions each time; counted once, at none', async () => {
    const pages = async (call: string) => {
      await tried.ask('truncate counter', 'insert into counter values (0)');
      return pagesOf(tried, call);
    };
    const growth = async (way: string) => (await pages(`${way}(4000)`)) / (await pages(`${way}(1000)`));
    const [each, together] = [await growth('number_each'), await growth('number_together')];
    assert.ok(each > 5, `four times the entries, ${each} times the work`);
    assert.ok(together < 5, `four times the entries, ${together} times the work`);
  });

  test('a transaction of others over four times the rows costs us about four times the work', async () => {
    await cluster().psql(`create function wave(organization text, n int) returns void language plpgsql as $$ begin
      insert into notes (organization_id, id, text) select $1, i::text, 'x' from generate_series(1, $2) i;
      set constraints all immediate;
    end $$`);
    const pages = async (n: number) => {
      const { organization } = tenant();
      const work = await pagesOf(ours, `wave('${organization}', ${n})`);
      assert.equal(await ours.ask(`select max(seq) from ablo.log where organization = '${organization}'`), String(n));
      return work;
    };
    const growth = (await pages(2000)) / (await pages(500));
    assert.ok(growth < 5, `four times the rows, ${growth} times the work`);
  });

  test('forced row security hides a table from the backend that owns it, until that has a policy of its own', async () => {
    const count = (...as: string[]) => tried.ask(...as, 'select count(*) from orders');
    const [backend, app] = ['set local role shop', 'set local role ablo_app'];
    const tenantOf = `nullif(current_setting('app.current_org_id', true), '')`;
    await tried.ask(`create table orders as select 'acme' as organization`, 'alter table orders owner to shop');
    assert.equal(await count(backend), '1');
    await tried.ask(`alter table orders enable row level security, force row level security`,
      'grant select on orders to ablo_app',
      `create policy tenant on orders to ablo_app using (organization = ${tenantOf})`);
    assert.equal(await count(backend), '0');
    await tried.ask('create policy others on orders to shop using (true)');
    assert.equal(await count(backend), '1');
    assert.equal(await count(app), '0');
    assert.equal(await count(app, `select set_config('app.current_org_id', 'acme', true)`), '1');
  });

  const byBytes = ['B', 'Z', '_', 'a', 'É', 'ä'].sort();

  test('what ILIKE finds and how text is sorted depends on the collation', async () => {
    assert.equal(await tried.ask(`select 'É' ilike 'é'`), true); // C.UTF-8, which this database has
    assert.equal(await tried.ask(`select 'É' ilike 'é' collate "C"`), false);
    const sorted = (collation: string) => tried.ask<string[]>(
      `select array_agg(t order by t collate "${collation}") from unnest('{${byBytes}}'::text[]) t`);
    assert.deepEqual(await sorted('C'), byBytes);
    assert.notDeepEqual(await sorted('und-x-icu'), byBytes);
  });

  test('a table that was there before, with a collation of its own, is searched and sorted like any other', async () => {
    const databaseUrl = await cluster().createDatabase('adopted');
    const icu = 'text collate "und-x-icu"';
    const columns = `organization_id text, id ${icu}, title ${icu}, primary key (organization_id, id)`;
    await cluster().psql(`create table tasks (${columns})`, 'adopted');
    await using server = await testServer({ schema, databaseUrl });
    const ann = new Tenant(server, server.organization);
    for (const title of byBytes) await ann.task(`task ${title}`, { title, status: 'todo' });
    const wire = await Wire.open(server.url, server.apiKey);
    wire.hello((await server.database.schema())!.hash);
    await wire.next('loaded');
    const titles = async (query: object) => {
      wire.send({ type: 'query', request: 0, model: 'tasks', where: [], orderBy: [['title', 'asc']], state: 'live', ...query });
      return (await wire.next('answer')).rows.map(({ title }: { title: string }) => title);
    };
    assert.deepEqual(await titles({}), byBytes);
    assert.deepEqual(await titles({ where: [['title', 'ILIKE', 'é']] }), []);
    assert.deepEqual(await titles({ where: [['title', 'ILIKE', 'A']] }), ['a']);
    wire.ws.close();
  });
});
