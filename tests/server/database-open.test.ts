// SPDX-License-Identifier: MIT
//
// Opening a database: what is refused, by what name, and what is kept from one start to the next.
import { mintKey, openEmbedded, openPostgres } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { onEachDatabase, schema, Tenant } from './support/databases';

describe('a directory', () => {
  let directory: string;
  before(() => void (directory = mkdtempSync(join(tmpdir(), 'ablo-lock-'))));
  after(() => rmSync(directory, { recursive: true, force: true }));

  test('belongs to one process at a time, and rows outlive it', async () => {
    await using server = await testServer({ schema });
    const ann = new Tenant(server);
    await ann.task();

    const database = await openEmbedded(directory);
    await database.migrate();
    await database.ensureOrganization('acme');
    const naming = new RegExp(`process ${process.pid}\\b`);
    await assert.rejects(openEmbedded(directory), { code: 'directory_locked', message: naming });
    const script = `import('@abloatai/ablo/server')
      .then(({ openEmbedded }) => openEmbedded(process.argv[1])).catch(({ code }) => console.log(code))`;
    assert.equal(execFileSync(process.execPath, ['-e', script, directory], { encoding: 'utf8' }), 'directory_locked\n');
    await database.close();
    const again = await openEmbedded(directory);
    assert.equal(await again.heads(['acme']), '{"acme": 0}');
    await again.close();
  });

  test('whose holder is gone can be used again, even if its pid has another process now', async () => {
    for (const stale of ['999999999 1\n', `${process.ppid} 1\n`, 'nonsense']) {
      writeFileSync(join(directory, 'lock'), stale);
      await (await openEmbedded(directory)).close();
    }
  });

  test('that is new has the server\'s half, and nobody else may read it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ablo-new-'));
    const database = await openEmbedded(directory);
    assert.deepEqual((await database.check()).filter(({ what }) => /of Ablo/.test(what)), []);
    assert.equal(statSync(join(directory, 'data')).mode & 0o77, 0);
    assert.equal(statSync(join(directory, 'data', 'PG_VERSION')).mode & 0o77, 0);
    await database.close();
    rmSync(directory, { recursive: true });
  });

  test('whose files were half made when the process was killed is made again', async () => {
    for (const later of [0, 20, 200]) {
      const directory = mkdtempSync(join(tmpdir(), 'ablo-killed-'));
      const script = `import('@abloatai/ablo/server').then(({ openEmbedded }) => openEmbedded(process.argv[1]))`;
      const child = spawn(process.execPath, ['-e', script, directory], { stdio: 'ignore' });
      await until('it makes them', () => existsSync(join(directory, 'data.new', 'base')) || existsSync(join(directory, 'data')));
      await pause(later);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const database = await openEmbedded(directory);
      await database.migrate();
      await database.ensureOrganization('acme');
      assert.equal(await database.heads(['acme']), '{"acme": 0}');
      await database.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe('a Postgres', () => {
  let cluster: PostgresCluster;
  before(async () => void (cluster = await startPostgres()));
  after(() => cluster?.stop());

  test('that does not answer is named by its place, and never by its password', async () => {
    for (const place of ['127.0.0.1:1/db', `127.0.0.1:${cluster.port}/nowhere`]) {
      const opening = openPostgres(`postgres://postgres:hunter2@${place}`);
      const error: Error & { code?: string } = await opening.then(() => assert.fail('it opened'), (thrown) => thrown);
      assert.equal(error.code, 'database_unreachable');
      assert.match(error.message, /127\.0\.0\.1:\d+/);
      assert.doesNotMatch(error.message, /hunter2/);
    }
    await assert.rejects(openPostgres('not a url'), { code: 'database_unreachable' });
  });

  test('that may lose confirmed writes is refused unless that is wanted', async () => {
    await cluster.psql('alter system set synchronous_commit = off');
    await cluster.psql('select pg_reload_conf()');
    await cluster.restart();
    await assert.rejects(openPostgres(cluster.url), { code: 'database_unsafe' });
    await (await openPostgres(cluster.url, { allowUnsafe: true })).close();
    await cluster.psql('alter system reset synchronous_commit');
    await cluster.restart();
  });

  test('is migrated once, by however many servers that start together', async () => {
    const url = await cluster.createDatabase('together');
    const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres(url)));
    await Promise.all(databases.map((database) => database.migrate()));
    assert.equal(await databases[0]!.heads([]), '{}');
    await Promise.all(databases.map((database) => database.close()));
  });

  test('that an earlier version worked on is brought up to this one, whatever its functions answered', async () => {
    const url = await cluster.createDatabase('earlier');
    await (await testServer({ schema, databaseUrl: url })).close();
    const functions = ['commit(text, jsonb)', 'load(text, jsonb)', 'rows(text)', 'rows_tasks(text)'];
    for (const name of functions) {
      await cluster.psql(`drop function ablo.${name}`, 'earlier');
      await cluster.psql(`create function ablo.${name} returns jsonb language sql as 'select null::jsonb'`, 'earlier');
    }
    await cluster.psql(`comment on schema ablo is 'ablo earlier'; update ablo.schema set plan = 'earlier'`, 'earlier');
    await using server = await testServer({ schema, databaseUrl: url });
    const ann = new Tenant(server);
    await ann.task('t1', { title: 'x', status: 'todo' });
    assert.equal((await ann.row('tasks', 't1'))!.title, 'x');
  });

  /** A database that another version of the package was at last, and somebody in it who has not committed. */
  async function heldByAnother(name: string, change: string, hold: string) {
    const url = await cluster.createDatabase(name);
    await (await testServer({ schema, databaseUrl: url })).close();
    const add = (id: string) => `insert into tasks (organization_id, id, title, status) values ('acme', '${id}', 'x', 'todo')`;
    await cluster.psql(`${add('t1')}; ${add('t2')}`, name);
    await cluster.psql(`comment on schema ablo is 'ablo other'; ${change}`, name);
    const holder = new pg.Client(url);
    await holder.connect();
    await holder.query(`begin; ${hold}; update tasks set title = 'held' where id = 't1'`);
    const database = await openPostgres(url);
    return {
      database, holder,
      write: () => cluster.psql(`set statement_timeout = '3s'; update tasks set title = 'free' where id = 't2'`, name),
      start: () => testServer({ schema, databaseUrl: url }),
      version: () => cluster.psql(`select obj_description('ablo'::regnamespace)`, name),
      close: () => Promise.all([database.close(), holder.end()]),
    };
  }

  test('is brought up to a version with other functions and another plan while somebody writes to every table', async () => {
    const all = `do $$ declare t regclass; begin
      for t in select c.oid from pg_class c where c.relnamespace in ('ablo'::regnamespace, 'public'::regnamespace) and c.relkind = 'r'
      loop execute format('lock table %s in row exclusive mode', t); end loop; end $$`;
    const change = `drop function ablo.trim; update ablo.schema set plan = 'other'`;
    const { database, write, start, version, close } = await heldByAnother('functions', change, all);
    const began = performance.now();
    await Promise.all([database.migrate(), write()]);
    const [server] = await Promise.all([start(), write()]);
    await server.close();
    assert.ok(performance.now() - began < 10_000);
    assert.notEqual(await version(), 'ablo other');
    assert.deepEqual(await database.check(), []);
    await close();
  });

  test('waits for a table that it has to change, and nobody waits behind it for long', async () => {
    const change = 'alter table ablo.captured disable trigger flush; drop policy owner on ablo.captured';
    const held = await heldByAnother('held', change, 'lock ablo.captured in row exclusive mode');
    const { database, holder, write, version, close } = held;
    const migrating = database.migrate();
    for (let i = 0; i < 3; i++) await write();
    assert.equal(await version(), 'ablo other');
    await holder.query('commit');
    await migrating;
    assert.deepEqual(await database.check(), []);
    await close();
  });

  test('without a schema says so', async () => {
    await using server = await testServer({ databaseUrl: await cluster.createDatabase('empty') });
    await assert.rejects(new Tenant(server).task(), { code: 'schema_not_pushed' });
    assert.equal(await server.database.schema(), undefined);
  });

  test('whose table does not fit the schema is not changed', async () => {
    const url = await cluster.createDatabase('adopted');
    const table = 'create table tasks (organization_id text, id text, title boolean, primary key (organization_id, id))';
    await cluster.psql(table, 'adopted');
    await using server = await testServer({ databaseUrl: url });
    const push = server.pushSchema(JSON.stringify(schema.document));
    await assert.rejects(push, { code: 'invalid_schema', message: /title.*boolean.*text/ });
    const columns = `select count(*) from information_schema.columns where table_name = 'tasks'`;
    assert.equal(await cluster.psql(columns, 'adopted'), '3');
  });

  test('takes a new schema while somebody holds a table for a moment', async () => {
    await using server = await testServer({ schema, databaseUrl: await cluster.createDatabase('busy') });
    const client = new pg.Client(cluster.url.replace(/postgres$/, 'busy'));
    await client.connect();
    await client.query('begin; lock table tasks in access exclusive mode');
    const wider = structuredClone(schema.document) as { models: { tasks: { fields: Record<string, object> } } };
    wider.models.tasks.fields.priority = { type: 'number', isOptional: true };
    const push = server.pushSchema(JSON.stringify(wider));
    await client.query('select pg_sleep(0.2)');
    await client.query('commit');
    await client.end();
    assert.equal((await push).version, 2);
    assert.equal((await server.pushSchema(JSON.stringify(wider))).unchanged, true);
    const ann = new Tenant(server);
    await ann.task('t1', { title: 'x', status: 'todo', priority: 1 });
    assert.equal((await ann.row('tasks', 't1'))!.priority, 1);
  });
});

onEachDatabase((tenant) => {
  test('a credential is known by its hash until it expires or is revoked', async () => {
    const { server: { database }, organization } = tenant();
    await database.ensureOrganization(organization, 'Acme');
    const key = mintKey('ek');
    const made = await database.createCredential({
      organization, kind: 'ek', prefix: key.prefix, hash: key.hash, actor: { kind: 'user', id: 'ann' },
      groups: [`org:${organization}`], operations: ['*'], ttlSeconds: 0.05,
    });
    const known = await database.identify(key.hash);
    const { id, actor, operations } = known!;
    assert.deepEqual([id, known!.organization, actor.id, operations], [made.id, organization, 'ann', ['*']]);
    assert.equal(known!.expiresAt, made.expiresAt);
    while (!(await database.identify(key.hash))!.expired);
    await database.revokeCredential(made.id);
    assert.equal(typeof (await database.identify(key.hash))!.revokedAt, 'number');
    assert.equal(await database.identify(createHash('sha256').update('another').digest('hex')), undefined);
  });

  test('a key without an actor acts as itself', async () => {
    const { server: { database }, organization } = tenant();
    const key = mintKey('sk');
    const { kind, prefix, hash } = key;
    const { id } = await database.createCredential({ organization, kind, prefix, hash, groups: [], operations: ['*'] });
    assert.deepEqual((await database.identify(key.hash))!.actor, { kind: 'system', id });
  });
});
