// SPDX-License-Identifier: MIT
//
// Two servers on one Postgres know nothing of each other, and nobody can tell which one they are connected to.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import {
  createLogger, createSecretKey, openPostgres, startServer, type Bus, type Database, type Heads, type RunningServer,
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

/** The connections that wait for hints. */
async function listeners(): Promise<string[]> {
  const found = `select pid from pg_stat_activity where datname = 'pair' and query like 'listen%'`;
  return (await postgres.psql(found)).split('\n').filter(Boolean);
}

test('a schema pushed to one is in force on the other, at once for whoever comes with it', async () => {
  const { hash } = await servers[0]!.pushSchema(JSON.stringify(schema.document));
  const early = await Wire.open(servers[1]!.url, key);
  early.hello(hash);
  await early.next('loaded');
  early.ws.close();
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

test('a write is told to all servers, after it has committed and with how far the log has grown', async () => {
  const listener = new pg.Client(postgres.url.replace(/postgres$/, 'pair'));
  await listener.connect();
  const told: { from: string; heads: Record<string, number> }[] = [];
  listener.on('notification', ({ payload }) => told.push(JSON.parse(payload!)));
  await listener.query('listen ablo_heads');
  const writer = await Wire.open(servers[0]!.url, key);
  writer.hello((await hashAt(servers[0]!))!);
  await writer.next('loaded');
  const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'here', status: 'todo' } }];
  writer.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  const { seq } = await writer.next('receipt');
  await until('the hint has come', () => told.some(({ heads }) => heads.default === seq));
  writer.ws.close();
  await listener.end();
});

test('what another server tells is looked up in the database, whatever it says', async () => {
  let hear: ((heads: Heads) => void) | undefined;
  const bus: Bus = { tell: async () => {}, listen: (heard) => ((hear = heard), async () => void (hear = undefined)) };
  const server = await startServer({ database: databases[0]!, port: 0, logger, bus });
  const wire = await Wire.open(server.url, key);
  wire.hello((await hashAt(server))!);
  const { seq } = await wire.next('loaded');
  for (const head of [1e9, -1, 0, seq + 1, NaN]) hear!({ default: head, nobody: 5 });
  wire.send({ type: 'ping' });
  await wire.next('pong');
  assert.deepEqual(wire.frames.filter(({ type }) => type === 'error'), []);
  wire.ws.close();
  await server.close();
  assert.equal(hear, undefined);
});

test('what anybody may write on the channel of the hints ends no server, and says nothing to it', async () => {
  const listener = new pg.Client(postgres.url.replace(/postgres$/, 'pair'));
  await listener.connect();
  let came = 0;
  listener.on('notification', () => came++);
  await listener.query('listen ablo_heads');
  const [writer, reader] = await Promise.all(servers.map((server) => Wire.open(server.url, key)));
  for (const wire of [writer!, reader!]) {
    wire.hello((await hashAt(servers[0]!))!);
    await wire.next('loaded');
  }
  const nonsense = [
    'hello', '', 'null', '5', '[]', '{}', '"x"', '{"from":"x"}', '{"from":"x","heads":null}', '{"from":5,"heads":{}}',
    '{"from":"x","heads":[1]}', '{"from":"x","heads":{"default":"9"}}', '{"from":"x","heads":{"default":1e999}}',
    '{"from":"x","heads":{"__proto__":{"default":1}}}', '['.repeat(7_000), '{"from":"x","heads":{"__proto__":1,"default":-1}}',
  ];
  for (const payload of nonsense) await postgres.psql(`notify ablo_heads, '${payload}'`, 'pair');
  await until('all of it was told', () => came === nonsense.length);

  const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'after', status: 'todo' } }];
  writer!.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  assert.equal((await reader!.next('changes')).changes[0].row.title, 'after');
  for (const wire of [writer!, reader!]) wire.ws.close();
  await listener.end();
});

test('a bus that fails, in whatever way, costs only its hints; those that come later are told', async () => {
  const told: Heads[] = [];
  let hear: ((heads: Heads) => void) | undefined;
  const bus: Bus = {
    tell: (heads) => {
      told.push(heads);
      if (told.length === 1) throw new Error('at once');
      return Promise.reject(new Error('after a while'));
    },
    listen: (heard) => ((hear = heard), async () => {}),
  };
  const server = await startServer({ database: databases[0]!, port: 0, logger, bus });
  const wire = await Wire.open(server.url, key);
  wire.hello((await hashAt(server))!);
  await wire.next('loaded');
  for (const heads of [undefined, null, 'hello', { default: 10n }]) hear!(heads as unknown as Heads);
  for (let n = 1; n <= 3; n++) {
    const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'told', status: 'todo' } }];
    wire.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
    const { seq } = await wire.next('receipt');
    await until('the bus was asked to tell it', () => told.at(-1)?.default === seq);
  }
  wire.ws.close();
  await server.close();
});

test('without hints the poll finds what another server wrote', async () => {
  const silent: Bus = { tell: async () => {}, listen: () => async () => {} };
  const server = await startServer({ database: databases[0]!, port: 0, logger, bus: silent });
  const wire = await Wire.open(server.url, key);
  wire.hello((await hashAt(server))!);
  await wire.next('loaded');
  const writer = await Wire.open(servers[1]!.url, key);
  writer.hello((await hashAt(servers[1]!))!);
  await writer.next('loaded');
  const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'polled', status: 'todo' } }];
  writer.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  assert.equal((await wire.next('changes')).changes[0].row.title, 'polled');
  for (const each of [wire, writer]) each.ws.close();
  await server.close();
});

test('hints come again after the connection that listens was ended', async () => {
  const before = await listeners();
  assert.equal(before.length, 2);
  await postgres.psql(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'`);
  await until('both listen again', async () => {
    const now = await listeners();
    return now.length === 2 && now.every((pid) => !before.includes(pid));
  });
});

test('two pushes at once are both in force, one after the other, on both', async () => {
  const wider = defineSchema({ ...schema.models, notes: model({ text: z.string() }) });
  await Promise.all([
    servers[0]!.pushSchema(JSON.stringify(wider.document)),
    servers[1]!.pushSchema(JSON.stringify(schema.document)),
  ]);
  await until('they agree', async () => (await hashAt(servers[0]!)) === (await hashAt(servers[1]!)));
});
