// SPDX-License-Identifier: MIT
//
// A secret in every place a request has for one, at the most talkative level: the log, the answers and the metrics hold none
// of them (S22).
import { createLogger } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Wire } from './support/wire';

const schema = defineSchema({ tasks: model({ title: z.string(), points: z.number().optional() }) });
const canary = 'hunter2canary';
const key = `sk_live_${canary}${'0'.repeat(36 - canary.length)}`;
const url = `postgres://ablo:${canary}@db.example/app`;

test('no secret is in the log, in an answer or in the metrics', async () => {
  let log = '';
  const write = process.stderr.write;
  process.stderr.write = ((text: string) => ((log += text), true)) as typeof process.stderr.write;
  let said = '';
  try {
    await using server = await testServer({ schema, logger: createLogger({ level: 'debug' }) });
    const requests: [string, RequestInit?][] = [
      [`/api/schema?token=${key}`],
      [`/api/schema?url=${encodeURIComponent(url)}`],
      [`/api/${key}`],
      ['/api/schema', { headers: { authorization: `Bearer ${key}` } }],
      ['/api/schema', { headers: { authorization: `Bearer ${canary}` } }],
      ['/api/schema', { headers: { cookie: `session=${canary}`, 'x-api-key': key } }],
      ['/api/auth/ephemeral-keys', { method: 'POST', body: `{"user":{"id":"${canary}"},` }],
      ['/api/auth/ephemeral-keys', { method: 'POST', headers: { authorization: `Bearer ${server.apiKey}` }, body: `{"password":"${canary}"}` }],
      ['/api/schema', { method: 'POST', headers: { authorization: `Bearer ${server.apiKey}` }, body: JSON.stringify({ schema: { databaseUrl: url } }) }],
    ];
    const answers = requests.map(async ([path, init]) => (await fetch(server.url + path, init)).text());
    for (const answer of await Promise.all(answers)) said += answer;

    const refused = await Wire.open(server.url, key);
    said += JSON.stringify(await refused.next('error'));
    const wire = await Wire.open(server.url, server.apiKey);
    wire.hello((await server.database.schema())!.hash);
    await wire.next('loaded');
    const id = randomUUID();
    for (let i = 0; i < 2; i++) { // the second breaks a constraint, and Postgres' detail quotes the row
      const operations = [{ op: 'create', model: 'tasks', id, data: { title: canary } }];
      wire.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
    }
    await wire.next('receipt');
    const receipt = await wire.next('receipt');
    assert.equal(receipt.status, 'rejected');
    said += JSON.stringify(receipt);
    wire.send({ type: 'claim', request: 1, claim: randomUUID(), model: 'tasks', id: 'none', ttl: 5_000, action: 'edit', description: url, wait: false });
    said += JSON.stringify(await wire.next('answer'));
    said += await (await fetch(`${server.url}/metrics`)).text();
    wire.ws.send(`{"password":"${canary}"`);
    said += JSON.stringify(await wire.next('error'));
    await wire.closed;
  } finally {
    process.stderr.write = write;
  }
  for (const event of ['the server listens', 'a schema is in force', 'a socket was refused', 'a socket was opened', 'a commit was rejected', 'a socket was closed', 'the server has stopped']) {
    assert.equal(log.split(`"msg":"${event}"`).length > 1, true, `${event} is not in the log`);
  }
  for (const [where, text] of [['log', log], ['answers', said]] as const) {
    const lines = text.split('\n').filter((line) => line.includes(canary));
    assert.deepEqual(lines, [], where);
  }
});
