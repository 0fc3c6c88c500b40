// SPDX-License-Identifier: MIT
//
// A client that is older than the schema in force. It is told so by name, shows what it had, and keeps what it wrote; whoever
// was built with the new schema goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer } from '@abloatai/ablo/testing';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { freePort } from '../support/free-port';
import { until } from '../support/until';

const fields = { title: z.string() };
const schema = defineSchema({ tasks: model(fields) });
const wider = defineSchema({ tasks: model({ ...fields, priority: z.number().optional() }) });

let postgres: PostgresCluster;
before(async () => void (postgres = await startPostgres()));
after(() => postgres?.stop());

test('an older page is told to reload when a field was added, by name, and shows what it had and what it wrote', async () => {
  const databaseUrl = await postgres.createDatabase('age');
  const port = await freePort();
  const first = await testServer({ databaseUrl, schema, port });
  const options = { baseURL: first.url, apiKey: first.apiKey, bootstrap: 'full', logLevel: 'silent' } as const;
  const old = Ablo({ schema, ...options });
  await old.ready();
  await old.tasks.create({ id: 't1', title: 'Before' }, { wait: 'confirmed' });
  await first.close();
  await until('it notices', () => old.syncStatus.name !== 'connected');
  const offline = old.tasks.update('t1', { title: 'Written offline' }, { wait: 'confirmed' });
  const told = assert.rejects(offline, { code: 'schema_mismatch', message: /reload the page/ });

  await (await testServer({ databaseUrl, schema: wider })).close(); // pushed by another server, before this one listens
  await using second = await testServer({ databaseUrl, schema: wider, port });
  await told;
  assert.equal(old.syncStatus.error?.code, 'schema_mismatch');
  assert.equal(old.tasks.get('t1')?.title, 'Written offline');

  const fresh = Ablo({ schema: wider, ...options, baseURL: second.url });
  await fresh.ready();
  assert.equal(fresh.tasks.get('t1')?.title, 'Before', 'it did not take effect');
  await fresh.tasks.update('t1', { priority: 1 }, { wait: 'confirmed' });
  await Promise.all([old.dispose(), fresh.dispose()]);
});

test('a page that is open when the schema is pushed is told so at once', async () => {
  await using server = await testServer({ databaseUrl: await postgres.createDatabase('open'), schema });
  const old = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, bootstrap: 'full', logLevel: 'silent' });
  await old.ready();
  await server.pushSchema(JSON.stringify(wider.document));
  await until('it is told', () => old.syncStatus.error?.code === 'schema_mismatch');
  await old.dispose();
});
