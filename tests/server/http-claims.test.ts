// SPDX-License-Identifier: MIT
//
// Rows held by agents that have no socket and none of our code: claims over HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger, createSecretKey, openEmbedded, startServer } from '@abloatai/ablo/server';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { until } from '../support/until';
import { httpAgent, httpTask, type Answer } from './support/http-agent';
import { schema } from './support/schema';
import { Wire } from './support/wire';

let server: TestServer;
let hash: string;
before(async () => {
  server = await testServer({ schema, limits: { claimsPerActor: 5 } });
  hash = (await agent().ask('GET', '/v1/schema')).body.hash;
});
after(() => server?.close());

/** An agent with the organization's key, under a name of its own. */
const agent = (name?: string, at = server) => httpAgent(at, name);

const task = (at = server) => httpTask(at);

async function enter(at = server): Promise<Wire> {
  const wire = await Wire.open(at.url, at.apiKey);
  wire.hello(hash);
  await wire.next('loaded');
  return wire;
}

/** Until the server keeps a claim in line for longer than its own time. */
function kept(bot: ReturnType<typeof agent>, claim: string): Promise<boolean> {
  return until('somebody waits for it', async () => (await bot.state(claim)).body.expiresAt > Date.now() + 10_000);
}

const refused = ({ status, body }: Answer) => [status, body.code];

test('an agent holds a row, is kept on it by heartbeats past its time, and gives it back', async () => {
  const bot = agent();
  const id = await task();
  const { status, body } = await bot.claim(id, { ttl: '2s', action: 'writing', meta: { step: 1 } });
  assert.equal(status, 201);
  assert.deepEqual([body.object, body.status, body.claim.action, body.claim.meta], ['claim', 'active', 'writing', { step: 1 }]);
  assert.deepEqual(body.claim.target, { model: 'tasks', id });
  assert.deepEqual([body.claim.actor, body.claim.participantKind], [bot.name, 'agent']);
  assert.ok(body.fenceToken > 0 && body.expiresAt > Date.now() - 5_000);
  for (let i = 0; i < 6; i++) {
    await pause(400);
    const beat = await bot.beat(body.id);
    assert.deepEqual([beat.status, beat.body.object, beat.body.status], [200, 'claim_heartbeat', 'held']);
  }
  assert.equal((await bot.state(body.id)).body.status, 'active');
  assert.deepEqual(await bot.release(body.id), { status: 200, body: { object: 'claim_release', released: true } });
  assert.equal((await bot.state(body.id)).body.status, 'released');
});

test('two agents with one key are two: the second waits, and has its turn within a moment of a release', async () => {
  const [first, second] = [agent(), agent()];
  const id = await task();
  const held = (await first.claim(id)).body;
  const { status, body } = await second.claim(id, { ttl: '3s' });
  assert.deepEqual([status, body.status, body.position], [202, 'queued', 1]);
  const list = (await second.ask('GET', `/api/v1/claims?model=tasks&id=${id}`)).body;
  assert.deepEqual(list.data.map((claim: any) => [claim.actor, claim.status]), [[first.name, 'active'], [second.name, 'queued']]);
  assert.equal((await first.beat(held.id)).body.queueDepth, 1);

  const turn = second.state(body.id, '30s');
  await kept(second, body.id);
  await pause(3_100); // longer than it would be kept in line without asking
  await first.release(held.id);
  const gaveBack = Date.now();
  const { body: granted } = await turn;
  assert.deepEqual([granted.status, granted.position], ['active', undefined]);
  assert.ok(granted.fenceToken > held.fenceToken);
  assert.ok(Date.now() - gaveBack < 2_000, `took ${Date.now() - gaveBack} ms`);
  await second.release(body.id);
});

test('who waits is answered when its patience ends, and is in line still', async () => {
  const [first, second] = [agent(), agent()];
  const id = await task();
  await first.claim(id);
  const { body } = await second.claim(id);
  assert.deepEqual([(await second.state(body.id, '300ms')).body.status, (await second.state(body.id, '0')).body.position], ['queued', 1]);
  assert.deepEqual(refused(await second.state(body.id, 'soon')), [400, 'duration_invalid']);
});

test('what its holder does not keep passes to the next in line', async () => {
  const [first, second] = [agent(), agent()];
  const id = await task();
  const held = (await first.claim(id, { ttl: 0.2 })).body;
  const { body } = await second.claim(id);
  assert.equal((await second.state(body.id, '20s')).body.status, 'active');
  assert.deepEqual(refused(await first.beat(held.id)), [409, 'claim_lost']);
  assert.deepEqual(refused(await first.release(held.id)), [409, 'claim_lost']);
  assert.equal((await first.state(held.id)).body.status, 'expired');
  assert.deepEqual(refused(await first.claim(id, { claimId: held.id })), [409, 'claim_lost']);
});

test('a row is claimed, kept and given back by its path too', async () => {
  const [first, second] = [agent(), agent()];
  const path = `/v1/models/tasks/${await task()}/claim`;
  const held = await first.ask('POST', path, { field: 'title' });
  assert.deepEqual([held.status, held.body.claim.target.fields], [201, ['title']]);
  assert.equal((await second.ask('POST', path, { fields: ['status'] })).status, 201);
  assert.deepEqual((await first.ask('POST', `${path}/heartbeat`, { ttl: '2m' })).body.status, 'held');
  assert.equal((await first.ask('DELETE', path)).body.released, true);
  assert.deepEqual(refused(await first.ask('DELETE', path)), [404, 'claim_not_found']);
  assert.deepEqual(refused(await first.ask('POST', `${path}/heartbeat`)), [404, 'claim_not_found']);
});

test('the key itself puts the line in another order, a stranger may not, and it must be in the line', async () => {
  const [first, second, third] = [agent(), agent(), agent()];
  const id = await task();
  const path = `/v1/models/tasks/${id}/claim`;
  await first.claim(id);
  const two = (await second.claim(id)).body.id;
  const three = (await third.claim(id)).body.id;
  assert.deepEqual((await first.ask('POST', `${path}/reorder`, { order: [{ heldBy: third.name, claimId: three }] })).body, {
    object: 'claim_reorder', reordered: true,
  });
  assert.deepEqual([(await third.state(three)).body.position, (await second.state(two)).body.position], [1, 2]);
  assert.deepEqual(refused(await first.ask('POST', `${path}/reorder`, { order: [randomUUID()] })), [404, 'claim_not_found']);

  const user = await first.ask('POST', '/api/auth/ephemeral-keys', { user: { id: 'ann' } });
  const headers = { authorization: `Bearer ${user.body.token}` };
  assert.deepEqual(refused(await first.ask('POST', `${path}/reorder`, { order: [two] }, { headers })), [403, 'permission_denied']);
  const named = { ...headers, 'ablo-agent': second.name };
  assert.deepEqual(refused(await first.ask('GET', '/v1/claims', undefined, { headers: named })), [403, 'permission_denied']);
});

test('who does not want to wait is told who holds the row', async () => {
  const [first, second] = [agent(), agent()];
  const id = await task();
  const { body } = await first.claim(id);
  const answer = await second.claim(id, { queue: false });
  assert.deepEqual(refused(answer), [409, 'entity_claimed']);
  assert.deepEqual(answer.body.claims.map((claim: any) => claim.id), [body.id]);
});

test('the same question asked twice is answered once, and a claim is on one row', async () => {
  const bot = agent();
  const [one, other] = [await task(), await task()];
  const claimId = randomUUID();
  const answers = [await bot.claim(one, { claimId }), await bot.claim(one, { claimId })];
  assert.deepEqual(answers.map(({ status, body }) => [status, body.id]), [[201, claimId], [201, claimId]]);
  assert.equal(answers[0]!.body.fenceToken, answers[1]!.body.fenceToken);
  assert.deepEqual(refused(await bot.claim(other, { claimId })), [409, 'idempotency_conflict']);
});

test('heartbeats of many at once: what is not ours, or over, is lost', async () => {
  const [bot, other] = [agent(), agent()];
  const held = (await bot.claim(await task())).body.id;
  const foreign = (await other.claim(await task())).body.id;
  const claims = [held, foreign, randomUUID()];
  const { results } = (await bot.ask('POST', '/v1/claims/heartbeat', { claims })).body;
  assert.deepEqual(results.map((one: any) => [one.claimId, one.status]), claims.map((id, i) => [id, i ? 'lost' : 'held']));
  const all = (await bot.ask('POST', '/v1/claims/heartbeat')).body.results;
  assert.deepEqual(all.map((one: any) => one.claimId), [held]);
});

test("nobody does anything to somebody else's claim, or learns that there is one", async () => {
  const [owner, thief] = [agent(), agent()];
  const { id, expiresAt } = (await owner.claim(await task())).body;
  for (const mine of [id, randomUUID()]) {
    for (const ask of [thief.release, thief.beat, thief.state]) assert.deepEqual(refused(await ask(mine)), [404, 'claim_not_found']);
    assert.deepEqual(refused(await thief.state(mine, '5s')), [404, 'claim_not_found']);
  }
  const { body } = await owner.state(id);
  assert.deepEqual([body.status, body.expiresAt], ['active', expiresAt]);
});

test('what cannot be is refused by name', async () => {
  const bot = agent();
  const id = await task();
  for (const ttl of [0, -1, 1e9, 'soon']) assert.deepEqual(refused(await bot.claim(id, { ttl })), [400, 'duration_invalid']);
  assert.deepEqual(refused(await bot.claim(randomUUID())), [404, 'entity_not_found']);
  assert.deepEqual(refused(await bot.ask('POST', '/v1/models/task/a/claim')), [400, 'unknown_model']);
  assert.deepEqual(refused(await bot.ask('POST', '/v1/models/tasks/%zz/claim')), [400, 'invalid_request']);
  const { body } = await bot.claim(id);
  await bot.release(body.id);
  assert.deepEqual(refused(await bot.release(body.id)), [404, 'claim_not_found'], 'given back twice');
});

test('an actor has so many claims at most', async () => {
  const bot = agent();
  const id = await task();
  for (let i = 0; i < 5; i++) assert.equal((await bot.claim(id)).status, 201);
  const answer = await bot.claim(id);
  assert.deepEqual([...refused(answer), answer.body.limit], [429, 'rate_limited', 'claimsPerActor']);
});

test('what is claimed by HTTP is seen over sockets, and the other way round', async () => {
  const bot = agent();
  const id = await task();
  const wire = await enter();
  const { body } = await bot.claim(id);
  const seen = async (op: string) => {
    for (;;) {
      const { changes } = await wire.next('changes');
      const found = changes.find((change: any) => change.kind === 'claim' && change.id === id && change.op === op);
      if (found) return found.claim;
    }
  };
  assert.deepEqual([(await seen('grant')).id], [body.id]);
  const claim = randomUUID();
  wire.send({ type: 'claim', request: 1, claim, model: 'tasks', id, ttl: 60_000, action: 'edit', wait: true });
  assert.equal((await wire.next('answer')).claim.position, 1);
  await bot.release(body.id);
  const again = (await bot.claim(id)).body;
  const turn = bot.state(again.id, '20s');
  wire.send({ type: 'release', request: 2, claim });
  assert.equal((await turn).body.status, 'active');
  wire.send({ type: 'release', request: 3, claim });
  await wire.next('answer');
  assert.equal((await wire.next('answer')).error.code, 'claim_not_found');
  wire.send({ type: 'renew', request: 4, claims: [claim, again.id] });
  assert.deepEqual((await wire.next('answer')).claims.map(({ status }: any) => status), ['released']);
  wire.ws.close();
});

test('a line that nobody stands in any more is let go: its client went away', async () => {
  const [first, second] = [agent(), agent()];
  const id = await task();
  await first.claim(id);
  const { body } = await second.claim(id, { ttl: '2s' });
  const gone = new AbortController();
  const poll = second.ask('GET', `/v1/claims/${body.id}?wait=50s`, undefined, { signal: gone.signal });
  poll.catch(() => {});
  await kept(second, body.id);
  gone.abort();
  await assert.rejects(poll);
  await until('its place is given up', async () => (await second.state(body.id)).body.status === 'expired');
});

test('a claim outlives the server; who waits is told when it goes', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ablo-claims-'));
  const start = async () => {
    const database = await openEmbedded(directory);
    await database.migrate();
    const { token: apiKey } = await createSecretKey(database, { organization: 'default' });
    const running = await startServer({ database, port: 0, logger: createLogger({ level: 'silent' }) });
    await running.pushSchema(JSON.stringify(schema.document));
    return { ...running, apiKey, close: () => running.close().then(() => database.close()) } as unknown as TestServer;
  };
  const before = await start();
  const [one, two] = [agent('one', before), agent('two', before)];
  const id = await task(before);
  const held = (await one.claim(id)).body;
  const waits = (await two.claim(id, { ttl: '5s' })).body;
  const turn = two.state(waits.id, '50s');
  await kept(two, waits.id);
  await before.close();
  assert.equal((await turn).body.status, 'queued');

  const now = await start();
  assert.equal((await agent('one', now).beat(held.id)).body.status, 'held');
  await now.close();
  await rm(directory, { recursive: true });
});
