// SPDX-License-Identifier: MIT
//
// Two servers on one Postgres know nothing of each other, and nobody can tell which one they are connected to.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  createLogger, createSecretKey, openPostgres, startServer, type Database, type RunningServer,
} from '@abloatai/ablo/server';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { schema } from './support/schema';
import { Wire } from './support/wire';

const logger = createLogger({ level: 'silent' });
let postgres: PostgresCluster;
let databases: Database[] = [];
let servers: RunningServer[] = [];
let key: string;

before(async () => {
  postgres = await startPostgres();
  const url = await postgres.createDatabase('pair');
  databases = [await openPostgres(url), await openPostgres(url)];
  await Promise.all(databases.map((database) => database.migrate()));
  key = (await createSecretKey(databases[0]!, { organization: 'default' })).token;
  servers = await Promise.all(databases.map((database) => startServer({ database, port: 0, logger })));
});
after(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all(databases.map((database) => database.close()));
  await postgres?.stop();
});

async function hashAt(server: RunningServer): Promise<string | undefined> {
  const response = await fetch(`${server.url}/api/schema`, { headers: { authorization: `Bearer ${key}` } });
  return ((await response.json()) as { hash?: string }).hash;
}

test('a schema pushed to one is in force on the other', async () => {
  const { hash } = await servers[0]!.pushSchema(JSON.stringify(schema.document));
  await until('the other one follows', async () => (await hashAt(servers[1]!)) === hash);
});

test('what is written on one is seen on the other, and so is what psql writes', async () => {
  const hash = (await hashAt(servers[1]!))!;
  const [writer, reader] = await Promise.all(servers.map((server) => Wire.open(server.url, key)));
  for (const wire of [writer!, reader!]) {
    wire.hello(hash);
    await wire.next('loaded');
  }
  const id = randomUUID();
  const operations = [{ op: 'create', model: 'tasks', id, data: { title: 'here', status: 'todo' } }];
  writer!.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  assert.equal((await writer!.next('receipt')).status, 'confirmed');
  assert.equal((await reader!.next('changes')).changes[0].row.title, 'here');

  await postgres.psql(`update tasks set title = 'there' where id = '${id}'`, 'pair');
  assert.equal((await reader!.next('changes')).changes[0].row.title, 'there');
  writer!.ws.close();
  reader!.ws.close();
});

test('two pushes at once are both in force, one after the other, on both', async () => {
  const wider = defineSchema({ ...schema.models, notes: model({ text: z.string() }) });
  await Promise.all([
    servers[0]!.pushSchema(JSON.stringify(wider.document)),
    servers[1]!.pushSchema(JSON.stringify(schema.document)),
  ]);
  await until('they agree', async () => (await hashAt(servers[0]!)) === (await hashAt(servers[1]!)));
});
