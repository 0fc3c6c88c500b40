// SPDX-License-Identifier: MIT
//
// How often, and how many: what a server was told to allow, over sockets and over HTTP, as callers meet it. The decisions
// themselves are tested in tests/core/hub_rates_test.cpp.
import { Ablo } from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { schema } from './support/schema';
import { Wire } from './support/wire';

async function ask(server: TestServer, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}/api/auth/identity`, { headers: { authorization: `Bearer ${server.apiKey}`, ...headers } });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}

async function enter(server: TestServer, headers?: Record<string, string>): Promise<Wire> {
  const wire = await Wire.open(server.url, server.apiKey, { headers });
  wire.hello((await server.database.schema())!.hash);
  return wire;
}

function create(): object {
  const operation = { op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'x', status: 'todo' } };
  return { type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations: [operation] };
}

test('a caller who asks too often over HTTP is told when to come back, and others are not', async () => {
  await using server = await testServer({ schema, proxies: 1, limits: { requestsPerAddress: 1, burstSeconds: 2 } });
  const from = (address: string) => ({ 'x-forwarded-for': `198.51.100.1, ${address}` });
  assert.equal((await ask(server, from('203.0.113.1'))).status, 200);
  assert.equal((await ask(server, from('203.0.113.1'))).status, 200);
  const refused = await ask(server, from('203.0.113.1'));
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '1');
  const { type, code, limit, retryAfterSeconds } = refused.body;
  assert.deepEqual([type, code, limit, retryAfterSeconds], ['AbloRateLimitError', 'rate_limited', 'requestsPerAddress', 1]);
  assert.equal((await ask(server, from('203.0.113.2'))).status, 200);
  assert.equal((await ask(server)).status, 200); // this machine is not counted
  assert.equal((await fetch(`${server.url}/healthz`, { headers: from('203.0.113.1') })).status, 200);
});

test('what one key asks over HTTP and over sockets is counted together', async () => {
  await using server = await testServer({ schema, limits: { requestsPerKey: 1, burstSeconds: 3 } });
  const wire = await enter(server);
  await wire.next('loaded');
  for (let i = 0; i < 3; i++) await ask(server);
  wire.send({ type: 'query', request: 1, model: 'tasks' });
  const { error } = await wire.next('answer');
  assert.deepEqual([error.code, error.limit], ['rate_limited', 'requestsPerKey']);
  assert.equal((await ask(server)).status, 429);
  wire.ws.close();
});

test('a client asking too often gets an error that says after how many seconds to ask again', async () => {
  await using server = await testServer({ schema, limits: { requestsPerActor: 1, burstSeconds: 1 } });
  const ablo = Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, logLevel: 'silent' });
  await ablo.ready();
  const asked = await Promise.allSettled(['a', 'b', 'c'].map((title) => ablo.tasks.load({ where: { title } })));
  const { reason } = asked.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.equal(reason.name, 'AbloRateLimitError');
  assert.equal(reason.code, 'rate_limited');
  assert.equal(reason.retryAfterSeconds, 1);
  await ablo.dispose();
});

test('a socket too many of an address is refused by name, and comes in when there is room', async () => {
  await using server = await testServer({ schema, proxies: 1, limits: { socketsPerAddress: 1 } });
  const headers = { 'x-forwarded-for': '203.0.113.1' };
  const first = await enter(server, headers);
  await first.next('loaded');
  const second = await Wire.open(server.url, server.apiKey, { headers });
  const { error } = await second.next('error');
  assert.deepEqual([error.code, error.limit, error.retryAfterSeconds], ['rate_limited', 'socketsPerAddress', 5]);
  assert.deepEqual(await second.closed, { code: 1013, reason: 'rate_limited' });
  first.ws.close();
  await first.closed;
  const third = await enter(server, headers);
  await third.next('loaded');
  third.ws.close();
});

test('our client comes back by itself when all places were taken', async () => {
  await using server = await testServer({ schema, limits: { sockets: 1 } });
  const taken = await enter(server);
  await taken.next('loaded');
  const ablo = Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, logLevel: 'silent' });
  const ready = ablo.ready();
  const written = ablo.tasks.create({ data: { title: 'patient', status: 'todo' }, wait: 'confirmed' });
  await new Promise((resolve) => setTimeout(resolve, 500));
  taken.ws.close();
  await ready;
  assert.equal((await written).title, 'patient');
  await ablo.dispose();
});

test('commits that come too fast are all confirmed, only later, and nobody is sent away', async () => {
  await using server = await testServer({ schema, limits: { commitsPerActor: 40, burstSeconds: 1 } });
  const wire = await enter(server);
  await wire.next('loaded');
  const began = Date.now();
  for (let i = 0; i < 100; i++) wire.send(create());
  for (let i = 0; i < 100; i++) assert.equal((await wire.next('receipt')).status, 'confirmed');
  const took = Date.now() - began;
  assert.ok(took > 1_400, `took ${took} ms`);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  assert.match(metrics, /ablo_limited_total\{limit="commitsPerActor"\} \d+/);
  wire.ws.close();
});

test('an actor holds and waits for so many claims, and may have another when it gives one back', async () => {
  await using server = await testServer({ schema, limits: { claimsPerActor: 2 } });
  const wire = await enter(server);
  await wire.next('loaded');
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) {
    const commit = create() as { operations: { id: string }[] };
    wire.send(commit);
    await wire.next('receipt');
    ids.push(commit.operations[0]!.id);
  }
  const claims = ids.map(() => randomUUID());
  const claim = async (i: number) => {
    wire.send({ type: 'claim', request: i, claim: claims[i], model: 'tasks', id: ids[i], ttl: 60_000, action: 'edit', wait: false });
    return (await wire.next('answer')) as { error?: { code: string; limit: string }; claim?: object };
  };
  assert.ok((await claim(0)).claim);
  assert.ok((await claim(1)).claim);
  const { error } = await claim(2);
  assert.deepEqual([error?.code, error?.limit], ['rate_limited', 'claimsPerActor']);
  wire.send({ type: 'release', request: 9, claim: claims[0] });
  await wire.next('answer');
  assert.ok((await claim(2)).claim);
  wire.ws.close();
});
