// SPDX-License-Identifier: MIT
import { openPostgres } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { onEachDatabase, onPostgres, schema, Tenant } from './support/databases';

const countTasks = 'select jsonb_agg(t.n) from (select count(*) as n from public.tasks) t';

onEachDatabase((tenant) => {
  test('nothing of one organization is seen or touched by another', async () => {
    const [ann, eve] = [tenant(), tenant()];
    await ann.task('secret');
    const { claim } = await ann.claim('secret');

    assert.deepEqual((await eve.call('load', { full: true })).models.tasks, []);
    assert.deepEqual((await eve.call('load', { full: true })).claims, []);
    assert.deepEqual(await eve.log(), []);
    assert.deepEqual((await eve.call('read', { statement: countTasks, params: [] })).rows, [0]);
    assert.deepEqual((await ann.call('read', { statement: countTasks, params: [] })).rows, [1]);
    assert.equal((await eve.update('tasks', 'secret', { title: 'mine' })).error.code, 'entity_not_found');
    assert.equal((await eve.claim('secret')).error.code, 'entity_not_found');
    assert.equal((await eve.release(claim)).error.code, 'claim_not_found');
    assert.equal((await eve.task('secret')), 1, 'ids are those of the organization');
    assert.equal((await ann.row('tasks', 'secret'))!.title, 'Write');
  });

  test('a read cannot write, and a call without an organization does nothing', async () => {
    const ann = tenant();
    await ann.task();
    const statement = `with gone as (delete from public.tasks returning 1) select jsonb_agg(1) from gone`;
    await assert.rejects(ann.call('read', { statement, params: [] }));
    await assert.rejects(new Tenant(ann.server, '').call('load', { full: true }), { code: 'invalid_request' });
    assert.ok(await ann.row('tasks', 't1'));
  });
});

onPostgres((tenant, cluster) => {
  test('whoever has not said for which organization it works sees no rows', async () => {
    const ann = tenant();
    await ann.task();
    const client = new pg.Client(cluster().url);
    await client.connect();
    const count = async (table: string) => Number((await client.query(`select count(*) from ${table}`)).rows[0].count);
    await client.query('set role ablo_app');
    const tenants = ['tasks', 'ablo.log', 'ablo.commit', 'ablo.claim', 'ablo.organization'];
    for (const table of tenants) assert.equal(await count(table), 0, table);
    const ours = ['ablo.credential', 'ablo.schema', 'ablo.captured'];
    for (const table of ours) await assert.rejects(count(table), /permission denied/);
    await client.query(`begin; select set_config('app.current_org_id', '${ann.organization}', true)`);
    assert.equal(await count('tasks'), 1);
    await assert.rejects(client.query(`update tasks set organization_id = 'other'`), /row-level security/);
    await client.query('rollback');
    assert.equal(await count('tasks'), 0, 'the setting ends with its transaction');
    await client.end();
  });

  test('every table is closed, to its owner too', async () => {
    const open = await cluster().psql(`select string_agg(c.oid::regclass::text, ', ') from pg_class c
      where c.relkind = 'r' and c.relnamespace in ('ablo'::regnamespace, 'public'::regnamespace) and not (
        c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))`);
    assert.equal(open, '');
  });

  test('a login role that is no superuser is enough; it sees its own tables, and a call sees one organization', async () => {
    await cluster().psql('create role owner login createrole');
    await cluster().psql('create database owned owner owner');
    const url = cluster().url.replace('postgres@', 'owner@').replace(/postgres$/, 'owned');
    if (Number(await cluster().psql('show server_version_num')) >= 160_000) {
      // From 16 on it could only if it had made ablo_app itself: it is told what an administrator can do.
      let advice: string | undefined;
      await assert.rejects(testServer({ schema, databaseUrl: url }), ({ message }: Error) =>
        Boolean(advice = /An administrator can: (grant ablo_app .*);/.exec(message)?.[1]));
      await cluster().psql(advice!);
    }
    await using server = await testServer({ schema, databaseUrl: url });
    const ann = new Tenant(server);
    await ann.task();
    const { claim } = await ann.claim('t1', { ttl: 100 });
    const client = new pg.Client(url);
    await client.connect();
    assert.equal((await client.query('select * from tasks')).rowCount, 1);
    await client.query('set role ablo_app');
    assert.equal((await client.query('select * from tasks')).rowCount, 0);
    await client.query('reset role');
    await client.query(`update tasks set title = 'by hand'`);
    await client.query(`select pg_sleep(0.1)`);
    await client.end();
    const heads = JSON.parse(await server.database.heads([ann.organization])) as Record<string, number>;
    assert.equal(heads[ann.organization], 4);
    assert.deepEqual((await ann.log(1)).map(({ op, id, after }) => [op, id, after.title ?? after.id]), [
      ['grant', 't1', claim.id], ['update', 't1', 'by hand'], ['expire', 't1', claim.id],
    ]);
    const again = await openPostgres(url);
    await again.migrate();
    await again.close();
  });

  for (const [what, weaken] of Object.entries({
    'ablo_app owns table public.theirs': 'create table theirs (); alter table theirs owner to ablo_app',
    'ablo_app is a superuser': 'alter role ablo_app superuser',
    'ablo_app bypasses row level security': 'alter role ablo_app bypassrls',
    'ablo_app can log in': 'alter role ablo_app login',
    'ablo_app may replicate': 'alter role ablo_app replication',
    'ablo_app is a member of pg_read_all_data': 'grant pg_read_all_data to ablo_app',
  }))
    test(`a server does not start where ${what}, unless it can put that right`, async () => {
      const name = `weak_${what.replaceAll(/\W+/g, '_')}`.slice(0, 60).toLowerCase();
      await cluster().psql(`do $$ begin if to_regrole('plain') is null then create role plain login; end if; end $$`);
      await cluster().psql('grant ablo_app to plain');
      await cluster().createDatabase(name);
      await cluster().psql(`alter database ${name} owner to plain`);
      const url = cluster().url.replace('postgres@', 'plain@').replace(/postgres$/, name);
      await (await testServer({ schema, databaseUrl: url })).close();
      await cluster().psql(weaken, name);
      const refused = assert.rejects(testServer({ schema, databaseUrl: url }), { code: 'permission_denied', message: new RegExp(what) });
      await refused.finally(() => cluster().psql('drop table if exists theirs', name));
      await (await testServer({ schema, databaseUrl: url.replace('plain@', 'postgres@') })).close();
    });
});
