// SPDX-License-Identifier: MIT
//
// One query, two answers: Postgres's, by the statement the hub writes, and the client's own over the same rows. The rows
// come from SQL and reach the client as the server reads them. ABLO_QUERIES says how many, ABLO_SEED which.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { Random } from '../support/random';
import { randomQuery, randomRow, windowed, type TaskQuery, type TaskRow } from './support/random-query';
import { localClient, schema, writeRows } from './support/task-rows';
import { Wire } from './support/wire';

const queries = Number(process.env['ABLO_QUERIES'] ?? 1_000);
const seed = Number(process.env['ABLO_SEED'] ?? 1);
const queriesOfSet = 50;

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

async function replaceRows(rows: readonly TaskRow[]): Promise<void> {
  await sql.query('delete from tasks');
  await writeRows(sql, server.organization, rows);
}

/** The server's answers, in the order of the questions, and all rows as it would load them. */
async function askServer(asked: readonly TaskQuery[]): Promise<{ loaded: object; answers: string[][] }> {
  const wire = await Wire.open(server.url, server.apiKey);
  try {
    wire.hello(hash);
    const loaded = await wire.next('loaded');
    const answers: string[][] = [];
    asked.forEach((query, request) => wire.send({ type: 'query', request, model: 'tasks', ...query }));
    for (const _ of asked) {
      const { request, rows, error } = await wire.next('answer');
      assert.equal(error, undefined, JSON.stringify(asked[request]));
      answers[request] = rows.map(({ id }: { id: string }) => id);
    }
    return { loaded, answers };
  } finally {
    wire.ws.close();
  }
}

/** Where the two answers differ, a line each. */
async function differences(sets: number): Promise<string[]> {
  const local = await localClient();
  const found: string[] = [];
  for (let set = 0; set < sets; set++) {
    const random = new Random(seed * 100_000 + set);
    const ids = Array.from({ length: 30 + random.below(31) }, (_, n) => random.pick(['', 'r', 'R', 'é', '😀', '-']) + n);
    await replaceRows(ids.map((id) => randomRow(random, id)));
    const whole = Array.from({ length: queriesOfSet / 2 }, () => randomQuery(random, ids));
    const asked = whole.flatMap((query) => [query, windowed(random, query)]);
    const { loaded, answers } = await askServer(asked);
    await local.hold(loaded);
    asked.forEach((query, n) => {
      const here = local.tasks.getAll(query).map(({ id }: { id: string }) => id) as string[];
      const say = (what: string) => found.push(`seed ${seed}, data set ${set}: ${JSON.stringify(query)}: ${what}`);
      if (here.join() !== answers[n]!.join()) say(`Postgres says ${answers[n]!.join()}, the client ${here.join()}`);
      const all = answers[n - (n % 2)]!.length;
      if (local.tasks.getCount(query) !== all) say(`the client counts ${local.tasks.getCount(query)}, not ${all}`);
    });
  }
  await local.end();
  return found;
}

test(`the client answers ${queries} queries as Postgres does`, async () => {
  const found = await differences(Math.ceil(queries / queriesOfSet));
  assert.equal(found.length, 0, `${found.length} differ:\n${found.slice(0, 5).join('\n')}`);
});

test('what only SQL can write is shown as it is', async () => {
  const local = await localClient();
  const written: [count: string, due: string][] = [
    ['NaN', '0044-03-15 12:00Z BC'],
    ['Infinity', '10000-01-01 00:00Z'],
    ['-Infinity', 'infinity'],
  ];
  await replaceRows(
    written.map(([count, due], n) => ({ id: `${n}`, title: '', status: 'todo', count, due, extra: null })),
  );
  await local.hold((await askServer([])).loaded);
  const shown = local.tasks.getAll().map(({ count, due }: { count: number; due: Date }) => [count, due.getTime()]);
  assert.deepEqual(shown, [
    [NaN, Date.UTC(-43, 2, 15, 12)],
    [Infinity, Date.UTC(10_000, 0, 1)],
    [-Infinity, NaN],
  ]);
  await local.end();
});
