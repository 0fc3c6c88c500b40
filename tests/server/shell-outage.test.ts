// SPDX-License-Identifier: MIT
//
// A database that goes away under a server: its operator reads so once, its clients hear no more than they need.
import type { Database } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { pino } from 'pino';
import type { Hub } from '../../server/src/hub/hub';
import { Health } from '../../server/src/observe/health';
import type { Outage } from '../../server/src/observe/outage';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { schema } from './support/schema';
import { Wire } from './support/wire';

let postgres: PostgresCluster;
before(async () => void (postgres = await startPostgres()));
after(() => postgres?.stop());

test('an outage is one line in the log, its end another, and no client is told where the database is', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  await using server = await testServer({ schema, databaseUrl: postgres.url, logger });
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  await wire.next('loaded');

  await postgres.kill();
  const operations = [{ op: 'create', model: 'tasks', id: 't1', data: { title: 'Patience', status: 'todo' } }];
  wire.send({ type: 'commit', key: 'k', attempt: 1, issuedAt: Date.now(), operations });
  wire.send({ type: 'query', request: 1, model: 'tasks' });
  const { error } = await wire.next('answer');
  const headers = { authorization: `Bearer ${server.apiKey}` };
  const refused = await fetch(`${server.url}/api/auth/identity`, { headers });
  const body = (await refused.json()) as { code: string; message: string };
  assert.deepEqual([error.code, body.code, refused.status], ['database_unreachable', 'database_unreachable', 503]);
  for (const { message } of [error, body]) assert.doesNotMatch(message, /127\.0\.0\.1|postgres@/);

  await new Promise((resolve) => setTimeout(resolve, 1_000)); // the commit was sent again, and the polls asked
  await postgres.start();
  await until('its end is said', () => lines.some((line) => line.includes('answers again')));
  const said = lines.filter((line) => line.includes('the database'));
  assert.deepEqual(said.map((line) => (JSON.parse(line) as { msg: string }).msg), [
    'the database does not answer', 'the database answers again',
  ]);
  assert.match(said[0]!, new RegExp(`127\\.0\\.0\\.1:${postgres.port}`));
  assert.doesNotMatch(lines.join(''), /"stack"/);
  wire.ws.close();
});

async function health(url: string): Promise<[number, string | undefined]> {
  const response = await fetch(`${url}/healthz`);
  const { status, code } = (await response.json()) as { status?: string; code?: string };
  return [response.status, status ?? code];
}

test('a server without its database is not well, and is again when that is back', async () => {
  await using server = await testServer({ schema, databaseUrl: postgres.url });
  assert.deepEqual(await health(server.url), [200, 'ok']);
  await postgres.kill();
  try {
    await until('it says so', async () => String(await health(server.url)) === '503,database_unreachable');
  } finally {
    await postgres.start();
  }
  await until('it is well', async () => (await health(server.url))[0] === 200);
});

test('a database that has said nothing for a while is asked whether it is there, once for all who want to know', async () => {
  let asked = 0;
  const database = { heads: () => (asked++, new Promise<string>(() => {})) } as unknown as Database;
  const outage = { silence: 4_000, answered() {} };
  const health = new Health({ stands: true } as Hub, database, outage as Outage);
  await health.check();
  assert.equal(asked, 0);
  outage.silence = 6_000;
  const answers = await Promise.allSettled(Array.from({ length: 50 }, () => health.check()));
  for (const answer of answers) assert.equal(answer.status === 'rejected' && answer.reason.code, 'database_unreachable');
  await assert.rejects(health.check(), { code: 'database_unreachable' });
  assert.equal(asked, 1);
});

test('a server that shuts down says so as long as something is under way, and lets nobody in', async () => {
  const server = await testServer({ schema, databaseUrl: postgres.url });
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  await wire.next('loaded');
  const commit = (key: string, operation: object) =>
    wire.send({ type: 'commit', key, attempt: 1, issuedAt: Date.now(), operations: [{ model: 'tasks', id: 'held', ...operation }] });
  commit('made', { op: 'create', data: { title: 'Held', status: 'todo' } });
  await wire.next('receipt');

  const holder = new pg.Client(postgres.url);
  await holder.connect();
  await holder.query(`begin; select from tasks where id = 'held' for update`);
  commit('waits', { op: 'update', data: { title: 'Later' } });
  const inFlight = async () => ((await (await fetch(`${server.url}/healthz`)).json()) as { inFlight: number }).inFlight;
  await until('the commit waits for the row', async () => (await inFlight()) > 0);
  const closed = server.close();
  assert.deepEqual(await health(server.url), [503, 'api_unreachable']);
  const refused = await fetch(`${server.url}/api/schema`, { headers: { authorization: `Bearer ${server.apiKey}` } });
  assert.deepEqual([refused.status, refused.headers.get('connection')], [503, 'close']);
  await assert.rejects(Wire.open(server.url, server.apiKey), /503/);
  await holder.query('rollback');
  await closed;
  await holder.end();
  await assert.rejects(fetch(`${server.url}/healthz`));
});
