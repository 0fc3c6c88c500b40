// SPDX-License-Identifier: MIT
//
// A write that goes by a query, and rows that others change meanwhile: Postgres judges it from the log, and the client's own
// answers before and after say what it has to find. ABLO_PREMISES says how many, ABLO_SEED which.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { Random } from '../support/random';
import { randomQuery, randomRow, type TaskQuery } from './support/random-query';
import { localClient, schema, writeRows, type LocalClient } from './support/task-rows';
import { Wire, type Frame } from './support/wire';

const premises = Number(process.env['ABLO_PREMISES'] ?? 600);
const seed = Number(process.env['ABLO_SEED'] ?? 1);
const premisesOfSet = 60;

let cluster: PostgresCluster;
let server: TestServer;
let sql: pg.Client;
let hash: string;
before(async () => {
  cluster = await startPostgres();
  server = await testServer({ schema, databaseUrl: cluster.url });
  ({ hash } = (await server.database.schema())!);
  sql = new pg.Client(cluster.url);
  await sql.connect();
});
after(async () => {
  await sql?.end();
  await server?.close();
  await cluster?.stop();
});

async function load(): Promise<Frame> {
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello(hash);
  const loaded = await wire.next('loaded');
  wire.ws.close();
  return loaded;
}

/** Some rows are changed, some go, some come, in one transaction. The ids of those that did. */
async function change(random: Random, ids: string[]): Promise<Set<string>> {
  const changed = ids.filter(() => random.chance(15));
  const gone = ids.filter((id) => !changed.includes(id) && random.chance(10));
  const come = random.some(4, () => `new${random.below(1e9)}`);
  await sql.query('begin');
  await sql.query('delete from tasks where id = any ($1)', [gone]);
  await writeRows(sql, server.organization, [...changed, ...come].map((id) => randomRow(random, id)));
  await sql.query('commit');
  return new Set([...changed, ...gone, ...come]);
}

/** What each commit that went by one of the queries at that place was told it met: ids, in order. */
async function judge(queries: readonly TaskQuery[], readAt: number): Promise<string[]> {
  const wire = await Wire.open(server.url, server.apiKey);
  try {
    wire.hello(hash);
    await wire.next('loaded');
    const met = new Map<string, string>();
    for (const { where, state } of queries) {
      const key = randomUUID();
      met.set(key, '');
      const operations = [{ op: 'create', model: 'notes', id: key, data: { text: 'x' } }];
      const reads = [{ query: { model: 'tasks', where, state }, readAt }];
      wire.send({ type: 'commit', key, attempt: 1, issuedAt: Date.now(), operations, reads });
    }
    for (const _ of queries) {
      const { key, status, error } = await wire.next('receipt');
      if (status === 'confirmed') continue;
      assert.equal(error.code, 'stale_context', JSON.stringify(error));
      met.set(key, error.conflicts.map(({ id }: { id: string }) => id).sort().join());
    }
    return [...met.values()];
  } finally {
    wire.ws.close();
  }
}

function answers(local: LocalClient, queries: readonly TaskQuery[]): Set<string>[] {
  return queries.map(({ where, state }) => new Set(local.tasks.getAll({ where, state }).map(({ id }: { id: string }) => id)));
}

test(`${premises} premises over queries fall as the client's answers say`, async () => {
  const local = await localClient();
  const found: string[] = [];
  let fallen = 0;
  for (let set = 0; set < Math.ceil(premises / premisesOfSet); set++) {
    const random = new Random(seed * 100_000 + set);
    const ids = Array.from({ length: 15 + random.below(20) }, (_, n) => random.pick(['', 'r', 'é', '-']) + n);
    await sql.query('delete from tasks; delete from notes');
    await writeRows(sql, server.organization, ids.map((id) => randomRow(random, id)));
    const queries = Array.from({ length: premisesOfSet }, () => randomQuery(random, ids));
    const loaded = await load();
    await local.hold(loaded);
    const were = answers(local, queries);
    const touched = await change(random, ids);
    const changed = await load();
    await local.hold(changed);
    const are = answers(local, queries);
    const met = await judge(queries, loaded['seq'] as number);
    queries.forEach((query, n) => {
      const expected = [...touched].filter((id) => were[n]!.has(id) || are[n]!.has(id)).sort().join();
      if (expected) fallen++;
      if (met[n] !== expected)
        found.push(`seed ${seed}, set ${set}: ${JSON.stringify(query.where)} ${query.state}: met ${met[n]}, not ${expected}`);
    });
  }
  await local.end();
  assert.equal(found.length, 0, `${found.length} differ:\n${found.slice(0, 5).join('\n')}`);
  assert.ok(fallen > premises / 10 && fallen < premises * 0.9, `${fallen} of ${premises} fell`);
});
