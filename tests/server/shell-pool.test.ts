// SPDX-License-Identifier: MIT
//
// A database with too few connections: whoever writes waits, is told so by name where there is somebody to tell, and
// loses nothing.
import { Ablo } from '@abloatai/ablo';
import {
  createLogger, createSecretKey, openPostgres, startServer, type Database, type RunningServer,
} from '@abloatai/ablo/server';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { schema } from './support/schema';
import { Wire } from './support/wire';

const logger = createLogger({ level: 'silent' });
const kRoom = 12; // connections that the cluster lets in
let postgres: PostgresCluster;
let database: Database;
let server: RunningServer;

before(async () => {
  postgres = await startPostgres([`max_connections = ${kRoom}`, 'superuser_reserved_connections = 0']);
  database = await openPostgres(postgres.url, { connections: 2 });
  await database.migrate();
  server = await startServer({ database, port: 0, logger });
  await server.pushSchema(JSON.stringify(schema.document));
});
after(async () => {
  await server?.close();
  await database?.close();
  await postgres?.stop();
});

const keyOf = async (organization: string) => (await createSecretKey(database, { organization })).token;

async function visitor(): Promise<pg.Client> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  return client;
}

test('forty organizations that write at once over two connections have it all, each once', async () => {
  const clients = await Promise.all(
    Array.from({ length: 40 }, async (_, n) =>
      Ablo({ schema, apiKey: await keyOf(`org-${n}`), baseURL: server.url, logLevel: 'silent' })),
  );
  await Promise.all(clients.flatMap((ablo) =>
    Array.from({ length: 5 }, (_, n) => ablo.tasks.create({ data: { title: `task ${n}`, status: 'todo' } }))));
  const titles = await Promise.all(clients.map(async (ablo) => (await ablo.tasks.load({})).map(({ title }) => title).sort()));
  for (const own of titles) assert.deepEqual(own, ['task 0', 'task 1', 'task 2', 'task 3', 'task 4']);
  await Promise.all(clients.map((ablo) => ablo.dispose()));
});

test('while others have all connections, callers are told by name, and what is written waits and lands once', async () => {
  const apiKey = await keyOf('crowded');
  const ablo = Ablo({ schema, apiKey, baseURL: server.url, logLevel: 'silent' });
  await ablo.ready();
  const hash = (await database.schema())!.hash;

  const crowd = [await visitor()];
  const ours = `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'ablo%'`;
  while (crowd.length < kRoom) await visitor().then((one) => crowd.push(one), () => crowd[0]!.query(ours));

  const written = ablo.tasks.create({ data: { title: 'Patience', status: 'todo' } });
  const response = await fetch(`${server.url}/api/auth/identity`, { headers: { authorization: `Bearer ${apiKey}` } });
  const { code } = (await response.json()) as { code: string };
  assert.deepEqual([response.status, code], [503, 'database_unreachable']);
  for (const one of crowd) await one.end();
  await written;
  await until('it is there once', async () => (await ablo.tasks.load({})).length === 1);
  const wire = await Wire.open(server.url, apiKey);
  wire.hello(hash);
  await wire.next('loaded');
  wire.ws.close();
  await ablo.dispose();
});
