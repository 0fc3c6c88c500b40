// SPDX-License-Identifier: MIT
//
// A client that comes back to another log than it left, or to one that no longer goes back so far: it shows what is true
// now, says why, and what it had not yet got an answer to takes effect once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ablo from '@abloatai/ablo';
import type { Database } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { freePort } from '../support/free-port';
import { until } from '../support/until';
import { Tenant } from './support/databases';
import { schema } from './support/schema';

let postgres: PostgresCluster;
before(async () => void (postgres = await startPostgres()));
after(() => postgres?.stop());

/** A client with what it warned of. */
function connect(baseURL: string, apiKey: string) {
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
  const client = Ablo({ schema, baseURL, apiKey, logger, bootstrap: 'full' });
  return { client, warnings, titles: () => client.tasks.getAll().map(({ title }) => title).sort() };
}

async function atWork(url: string, work: (database: Database, ben: Tenant) => Promise<void>): Promise<void> {
  await using server = await testServer({ databaseUrl: url });
  await work(server.database, new Tenant(server, server.organization));
}

async function logOf(database: string): Promise<string[]> {
  return (await postgres.psql(`select after->>'title' from ablo.log order by seq`, database)).split('\n');
}

test('a client that was away for longer than the log is kept loads afresh, and its write lands once', async () => {
  const databaseUrl = await postgres.createDatabase('trimmed');
  const port = await freePort();
  const server = await testServer({ databaseUrl, schema, port });
  const { client, warnings, titles } = connect(server.url, server.apiKey);
  await client.ready();
  await client.tasks.create({ id: 't1', title: 'Old' }, { wait: 'confirmed' });
  await server.close();

  await until('it notices', () => client.syncStatus.name !== 'connected');
  const mine = client.tasks.create({ id: 't2', title: 'Written offline' }, { wait: 'confirmed' });
  await atWork(databaseUrl, async (database, ben) => {
    await ben.update('tasks', 't1', { title: 'New' });
    while (await database.trim(0));
    await ben.create('tasks', 't3', { title: 'Newest', status: 'todo' });
  });
  await using back = await testServer({ databaseUrl, port });
  await mine;
  assert.deepEqual(titles(), ['New', 'Newest', 'Written offline']);
  assert.deepEqual(await logOf('trimmed'), ['Newest', 'Written offline']);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /no longer kept.*pending writes are kept/);
  assert.equal(client.syncStatus.name, 'connected');
  await client.dispose();
});

test('a client of a database that was restored from a backup shows the backup, and its write lands once', async () => {
  const databaseUrl = await postgres.createDatabase('shop');
  const port = await freePort();
  const first = await testServer({ databaseUrl, schema, port });
  const { client, warnings, titles } = connect(first.url, first.apiKey);
  await client.ready();
  await client.tasks.create({ id: 't1', title: 'Kept' }, { wait: 'confirmed' });
  await first.close();
  await postgres.psql('create database backup template shop');

  const second = await testServer({ databaseUrl, port });
  await client.tasks.create({ id: 't2', title: 'Lost' }, { wait: 'confirmed' });
  await second.close();
  await until('it notices', () => client.syncStatus.name !== 'connected');
  const mine = client.tasks.create({ id: 't3', title: 'Written offline' }, { wait: 'confirmed' });
  await postgres.psql('drop database shop');
  await postgres.psql('alter database backup rename to shop');
  await atWork(databaseUrl, async (_, ben) => {  // as far as the client was, and farther
    for (const id of ['a', 'b']) await ben.create('tasks', id, { title: `Since ${id}`, status: 'todo' });
  });

  await using back = await testServer({ databaseUrl, port });
  await mine;
  assert.deepEqual(titles(), ['Kept', 'Since a', 'Since b', 'Written offline']);
  assert.deepEqual(await logOf('shop'), ['Kept', 'Since a', 'Since b', 'Written offline']);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /replaced or restored.*pending writes are kept/);
  await client.dispose();
});

test('clients that stay connected while the database loses its newest commits show what is left, and write on', async () => {
  const databaseUrl = await postgres.createDatabase('failover');
  await using server = await testServer({ databaseUrl, schema });
  const [ann, ben] = [connect(server.url, server.apiKey), connect(server.url, server.apiKey)];
  await Promise.all([ann.client.ready(), ben.client.ready()]);
  await ann.client.tasks.create({ id: 't1', title: 'Kept' }, { wait: 'confirmed' });
  for (const id of ['t2', 't3']) await ann.client.tasks.create({ id, title: 'Lost' }, { wait: 'confirmed' });
  await until('both have them', () => ben.titles().length === 3);

  const operator = new pg.Client(databaseUrl);
  await operator.connect();
  await operator.query(`begin; select from tasks where id = 't1' for update`);
  const mine = ben.client.tasks.update('t1', { title: 'Under way' }, { wait: 'confirmed' });
  await operator.query(`set local session_replication_role = replica;  -- nothing is captured
    delete from tasks where id <> 't1'; delete from ablo.log where seq > 1; delete from ablo.commit where seq > 1;
    update ablo.organization set epoch = 'restored'`);
  await operator.query('commit');
  await operator.end();

  await mine;
  for (const { titles, warnings } of [ann, ben]) {
    await until('what is left is shown', () => titles().join() === 'Under way');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /replaced or restored/);
  }
  await ann.client.tasks.create({ id: 't4', title: 'Next' }, { wait: 'confirmed' });
  await until('both have it', () => ben.titles().length === 2);
  assert.deepEqual(await logOf('failover'), ['Kept', 'Under way', 'Next']);
  await Promise.all([ann.client.dispose(), ben.client.dispose()]);
});
