// SPDX-License-Identifier: MIT
//
// GET /metrics: what Prometheus reads, who may, and that nothing of a tenant is in it.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createLogger, startServer } from '@abloatai/ablo/server';
import { schema } from './support/schema';
import { Wire } from './support/wire';

let server: TestServer;
before(async () => (server = await testServer({ schema })));
after(() => server?.close());

async function metrics(url = server.url, key?: string) {
  const response = await fetch(`${url}/metrics`, { headers: key ? { authorization: `Bearer ${key}` } : {} });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

function value(text: string, name: string): number {
  const line = text.split('\n').find((line) => line.startsWith(`${name} `));
  assert.ok(line, `${name} is not there`);
  return Number(line.slice(name.length + 1));
}

test('commits, rejections, batches, sockets and times are there, and nothing of a tenant', async () => {
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  await wire.next('loaded');
  const id = randomUUID();
  const commit = () => ({
    type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(),
    operations: [{ op: 'create', model: 'tasks', id, data: { title: 'canary-title', status: 'todo' } }],
  });
  for (const status of ['confirmed', 'rejected']) {
    wire.send(commit());
    assert.equal((await wire.next('receipt')).status, status);
  }
  wire.send({ type: 'query', request: 1, model: 'nothing' });
  await wire.next('answer');
  await fetch(`${server.url}/api/nothing`);

  const { status, type, text } = await metrics();
  assert.equal(status, 200);
  assert.match(type!, /^text\/plain; version=0\.0\.4/);
  assert.equal(value(text, 'ablo_sockets'), 1);
  assert.equal(value(text, 'ablo_commits_total'), 2);
  assert.equal(value(text, 'ablo_commits_rejected_total{code="unique_violation"}'), 1);
  assert.equal(value(text, 'ablo_refused_total{code="unknown_model"}'), 1);
  assert.equal(value(text, 'ablo_http_answers_total{status="404"}'), 1);
  assert.equal(value(text, 'ablo_batch_commits_bucket{le="1"}'), 2);
  assert.equal(value(text, 'ablo_batch_commits_count'), 2);
  assert.equal(value(text, 'ablo_commit_seconds_count'), 2);
  assert.ok(value(text, 'ablo_publish_lag_seconds_count') >= 1);
  assert.equal(value(text, 'ablo_commits_queued'), 0);
  assert.ok(value(text, 'process_resident_memory_bytes') > 1e6);
  assert.ok(value(text, 'nodejs_eventloop_lag_p99_seconds') >= 0);
  for (const own of [server.organization, id, 'canary', server.apiKey.slice(8, 20), 'system:']) {
    const found = text.split('\n').filter((line) => line.includes(own) && !/^# HELP|_default/.test(line));
    assert.deepEqual(found, [], own);
  }
  wire.ws.close();
});

test('a server for others shows them to holders of a secret key alone, or to everybody when it was told so', async () => {
  const logger = createLogger({ level: 'silent' });
  const open = (more: object) => startServer({ database: server.database, host: '0.0.0.0', port: 0, logger, ...more });
  const closed = await open({});
  assert.equal((await metrics(closed.url)).status, 401);
  assert.equal((await metrics(closed.url, server.apiKey)).status, 200);
  const minted = await fetch(`${server.url}/api/auth/ephemeral-keys`, {
    method: 'POST', headers: { authorization: `Bearer ${server.apiKey}` }, body: JSON.stringify({ user: { id: 'anna' } }),
  });
  const { token } = (await minted.json()) as { token: string };
  assert.equal((await metrics(closed.url, token)).status, 403);
  await closed.close();
  const shown = await open({ metrics: true });
  assert.equal((await metrics(shown.url)).status, 200);
  await shown.close();
});

test('every metric of ours is in the documentation', async () => {
  const { text } = await metrics();
  const documented = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
  const names = [...text.matchAll(/^# TYPE (ablo_\w+)/gm)].map(([, name]) => name!);
  assert.ok(names.length >= 18);
  for (const name of names) assert.match(documented, new RegExp(`\`${name}\``), name);
});
