// SPDX-License-Identifier: MIT
//
// A database that goes away under a server: its operator reads so once, its clients hear no more than they need.
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
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
