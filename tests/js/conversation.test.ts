// SPDX-License-Identifier: MIT
//
// Clients against a whole server on the embedded database: what they are told, in whose words, and what ends with what.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import Ablo, { AbloClaimedError, AbloStaleContextError, type AbloOptions, type SnapshotChange } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer, type TestServer } from '@abloatai/ablo/testing';

const schema = defineSchema({
  tasks: model({ id: z.string(), title: z.string(), status: z.enum(['todo', 'doing', 'done']), updatedAt: z.string() }),
});
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const todo = { title: 'write it', status: 'todo' } as const;

let server: TestServer;
before(async () => {
  server = await testServer({ schema });
});
after(() => server.close());

const made: { dispose(): Promise<void> }[] = [];
after(() => Promise.all(made.map((client) => client.dispose())));

function connect(options: AbloOptions<typeof schema> = {}) {
  const client = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, logger: quiet, ...options });
  made.push(client);
  return client;
}

/** Resolves when it holds; the test's own timeout is its bound. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a confirmed write is on the other client, and load brings what was not asked for before', async () => {
  const [one, all, agent] = [connect(), connect({ bootstrap: 'full' }), connect({ agentId: 'writer' })];
  await all.ready();
  const task = await one.tasks.create({ ...todo });
  assert.equal(task.createdBy, one.syncStatus.actor?.id);
  assert.equal(one.organizationId, server.organization);
  await until(() => all.tasks.get(task.id) !== undefined);
  assert.equal(agent.tasks.get(task.id), undefined);
  const [loaded] = await agent.tasks.load({ where: { id: task.id } });
  assert.deepEqual(loaded, all.tasks.get(task.id));
  assert.equal(agent.tasks.retrieve(task.id), loaded);
  assert.deepEqual(await agent.tasks.retrieve({ id: 'nobody' }), undefined);
  assert.deepEqual(agent.syncStatus.actor, { kind: 'agent', id: 'writer' });
});

test('a row that is not here is updated and comes back; one that is nowhere is refused by name', async () => {
  const [one, other] = [connect(), connect({ agentId: 'other' })];
  const { id } = await one.tasks.create({ ...todo });
  const task = await other.tasks.update(id, { title: 'from afar' });
  assert.deepEqual([task.id, task.title, task.status], [id, 'from afar', 'todo']);
  await assert.rejects(other.tasks.update('nowhere', { title: 'x' }), {
    code: 'entity_not_found',
    name: 'AbloNotFoundError',
  });
});

test('the guide: a write from a snapshot that somebody has outdated is refused, with what changed', async () => {
  const [one, agent] = [connect(), connect({ agentId: 'writer' })];
  const { id: taskId } = await one.tasks.create({ ...todo });
  const [task] = await agent.tasks.load({ where: { id: taskId } });
  const snap = agent.snapshot({ tasks: taskId });
  assert.equal(snap.tasks[taskId], task);
  const seen: SnapshotChange[] = [];
  snap.onChange((change) => seen.push(change));
  await one.tasks.update(taskId, { status: 'doing' });

  const write = agent.tasks.update(
    taskId,
    { status: 'done' },
    { readAt: snap.stamp, onStale: 'reject', wait: 'confirmed' },
  );
  await assert.rejects(write, (error) => {
    assert.ok(error instanceof AbloStaleContextError);
    assert.equal(error.readAt, snap.stamp);
    assert.deepEqual(
      error.conflicts.map(({ model, id, fields }) => ({ model, id, fields })),
      [{ model: 'tasks', id: taskId, fields: ['status'] }],
    );
    return true;
  });
  await until(() => snap.signal.aborted);
  assert.deepEqual(seen, [{ model: 'tasks', id: taskId, severity: 'semantic' }]);
  assert.equal(agent.tasks.get(taskId)?.status, 'doing');
  const fresh = agent.snapshot({ tasks: [taskId] });
  assert.equal((await agent.tasks.update(taskId, { status: 'done' }, { readAt: fresh.stamp })).status, 'done');
});

test('a claim keeps others out, shows who holds and who waits, and passes on in order', async () => {
  const [holder, other] = [connect({ agentId: 'holder' }), connect({ agentId: 'other' })];
  const { id } = await holder.tasks.create({ ...todo });
  await other.tasks.load({ where: { id } });
  const claim = await holder.tasks.claim({ id, action: 'drafting', ttl: '30s' });
  assert.deepEqual([claim.object, claim.data.title, claim.action], ['claim', todo.title, 'drafting']);

  await until(() => other.tasks.claim.state({ id }) !== null);
  const state = other.tasks.claim.state({ id });
  assert.equal(other.tasks.claim.state({ id }), state);
  assert.deepEqual(
    [state?.heldBy, state?.participantKind, state?.action, state?.queue.length],
    ['holder', 'agent', 'drafting', 0],
  );
  await assert.rejects(other.tasks.update(id, { title: 'no' }), (error) => {
    assert.ok(error instanceof AbloClaimedError);
    assert.deepEqual(
      error.claims.map(({ heldBy }) => heldBy),
      ['holder'],
    );
    return true;
  });
  assert.equal(other.tasks.get(id)?.title, todo.title);
  await assert.rejects(other.tasks.claim({ id, wait: false }), { code: 'entity_claimed' });

  const next = other.tasks.claim({ id });
  await until(() => holder.tasks.claim.queue({ id }).length === 1);
  assert.equal(holder.tasks.claim.queue({ id }).data[0]?.heldBy, 'other');
  assert.equal(holder.intents.list({ resource: 'tasks', id }).length, 2);
  await holder.tasks.update(id, { title: 'one' });
  await holder.tasks.update(id, { title: 'two' }); // never stale against itself
  await claim.release();
  await claim.release();
  assert.equal((await next).data.title, 'two');
  await other.tasks.claim.release({ id });
  await until(() => holder.tasks.claim.state({ id }) === null);
});

test('a claim whose row is deleted is over, and its handle says so', async () => {
  const ablo = connect({ agentId: 'slow' });
  const { id } = await ablo.tasks.create({ ...todo });
  const other = connect({ agentId: 'quick' });
  const claim = await ablo.tasks.claim({ id });
  await assert.rejects(ablo.tasks.claim({ id: 'nowhere' }), { code: 'entity_not_found' });
  assert.equal(claim.signal.aborted, false);
  await ablo.tasks.delete(id, { claim });
  await until(() => claim.signal.aborted);
  assert.equal((claim.signal.reason as { code: string }).code, 'claim_lost');
  await assert.rejects(other.tasks.claim({ id }), { code: 'entity_not_found' });
});

test('a write may claim what it needs, and a piece of work as well', async () => {
  const ablo = connect();
  const { id } = await ablo.tasks.create({ ...todo });
  assert.equal((await ablo.tasks.update(id, { title: 'mine' }, { claim: { action: 'renaming' } })).title, 'mine');
  const title = await ablo.tasks.claim(id, async (claim) => {
    await ablo.tasks.update(id, { title: `${claim.data.title} twice` });
    return ablo.tasks.get(id)?.title;
  });
  assert.equal(title, 'mine twice');
  await until(() => ablo.tasks.claim.state({ id }) === null);
});

test('operations of one commit land together or not at all; the same key lands once', async () => {
  const ablo = connect({ bootstrap: 'full' });
  await ablo.ready();
  const count = ablo.tasks.getCount();
  const create = (id: string) => ({ action: 'create', model: 'tasks', id, data: todo }) as const;
  const receipt = await ablo.commits.create({ operations: [create('x1'), create('x2')], idempotencyKey: 'both' });
  assert.deepEqual([receipt.id, receipt.status, typeof receipt.lastSyncId], ['both', 'confirmed', 'number']);
  await assert.rejects(ablo.commits.create({ operations: [create('x3'), create('x1')] }), {
    code: 'unique_violation',
    name: 'AbloConflictError',
  });
  assert.equal(ablo.tasks.getCount(), count + 2);
  const again = await ablo.commits.create({ operations: [create('x1'), create('x2')], idempotencyKey: 'both' });
  assert.equal(again.lastSyncId, receipt.lastSyncId);
  await assert.rejects(ablo.commits.create({ operation: create('x4'), idempotencyKey: 'both' }), {
    code: 'idempotency_conflict',
  });
});

test('a refused write that nobody awaits is logged and told, and ends no process', async () => {
  const logged: unknown[] = [];
  const ablo = connect({ logger: { ...quiet, error: (_: string, error: unknown) => logged.push(error) } });
  const told: unknown[] = [];
  ablo.onMutationFailure(({ error, permanent, transaction }) =>
    told.push([error.code, permanent, transaction.operations[0]?.id]),
  );
  void ablo.tasks.update('nowhere', { title: 'x' });
  void ablo.tasks.update('nowhere else', { title: 'x' }, { wait: 'queued' }).catch(() => {});
  void ablo.commits.create({ operation: { action: 'delete', model: 'tasks', id: 'nowhere either' } });
  await until(() => told.length === 3 && logged.length > 0);
  assert.deepEqual(told, [
    ['entity_not_found', true, 'nowhere'],
    ['entity_not_found', true, 'nowhere else'],
    ['entity_not_found', true, 'nowhere either'],
  ]);
});

test('a page gets its token from the app, which knows the key; an expired login ends with a name', async () => {
  const app = connect();
  let login = true;
  const http = createServer(async (_, response) => {
    const session = login ? await app.sessions.create({ user: { id: 'ada' } }) : undefined;
    response.writeHead(login ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(session ? { token: session.token, baseURL: server.url } : { error: { code: 'session_expired' } }),
    );
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  const authEndpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/ablo-session`;

  const page = connect({ apiKey: null, authEndpoint, baseURL: undefined, bootstrap: 'full' });
  await page.ready();
  assert.deepEqual(page.syncStatus.actor, { kind: 'user', id: 'ada' });
  assert.match(page.getAuthToken()!, /^ek_/);

  login = false;
  const out = connect({ apiKey: null, authEndpoint, baseURL: undefined });
  const expired = new Promise((resolve) => out.onSessionError(resolve));
  await assert.rejects(out.ready(), { code: 'session_expired', name: 'AbloAuthenticationError' });
  assert.equal(((await expired) as { code: string }).code, 'session_expired');
  assert.equal(out.syncStatus.name, 'needs-auth');
  out.setAuthToken((await app.sessions.create({ user: { id: 'bob' } })).token);
  http.close();
});

test('a page goes on when its token expires: it gets another and resumes where it was', async () => {
  const app = connect();
  let minted = 0;
  const getToken = async () => {
    minted++;
    return (await app.sessions.create({ user: { id: 'ada' }, ttlSeconds: minted === 1 ? 1 : 60 })).token;
  };
  const page = connect({ apiKey: null, getToken, bootstrap: 'full' });
  await page.ready();
  await until(() => minted > 1);
  await page.tasks.create(todo, { wait: 'confirmed' });
  assert.equal(page.syncStatus.isSessionError, false);
});

test('a claim that lapsed lets nothing be written over: the write is refused by name', async () => {
  const [agent, other] = [connect({ agentId: 'slow' }), connect({ agentId: 'other' })];
  const { id } = await agent.tasks.create(todo);
  const claim = await agent.tasks.claim({ id, ttl: '60s' });
  await server.database.call('release', server.organization, JSON.stringify({ claim: claim.claimId, actor: { kind: 'agent', id: 'slow' } }));
  await other.tasks.update(id, { title: 'theirs' }, { wait: 'confirmed' });
  await until(() => claim.signal.aborted);
  await assert.rejects(agent.tasks.update(id, { title: 'mine' }), { code: 'claim_lost', name: 'AbloClaimedError' });
  await claim.release();
  await agent.tasks.update(id, { title: 'mine, knowing' }, { wait: 'confirmed' });
});

test('a wrong key is refused by name, and so is a missing one; ready() may be asked again', async () => {
  const wrong = connect({ apiKey: 'sk_test_nobody' });
  await assert.rejects(wrong.ready(), { code: 'apikey_invalid', name: 'AbloAuthenticationError' });
  await assert.rejects(connect({ apiKey: null }).ready(), { code: 'apikey_missing' });
  wrong.setAuthToken(server.apiKey);
  await until(() => wrong.syncStatus.name === 'connected');
  await wrong.ready();
});

test('a schema that does not fit is refused by name', async () => {
  const other = defineSchema({ tasks: model({ title: z.string(), status: z.number() }) });
  const ablo = Ablo({ schema: other, baseURL: server.url, apiKey: server.apiKey, logger: quiet });
  await assert.rejects(ablo.ready(), { code: 'schema_mismatch' });
  await ablo.dispose();
});

test('a script that has written what it wanted exits by itself', async () => {
  const script = `
    import Ablo from '@abloatai/ablo';
    import { defineSchema, model, z } from '@abloatai/ablo/schema';
    const schema = defineSchema({
      tasks: model({ title: z.string(), status: z.enum(['todo', 'doing', 'done']), updatedAt: z.string() }),
    });
    const ablo = Ablo({ schema });
    const task = await ablo.tasks.create({ title: 'from a script', status: 'todo' });
    ablo.tasks.update(task.id, { status: 'done' }, { wait: 'queued' });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ABLO_URL: server.url, ABLO_API_KEY: server.apiKey },
  });
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  const [task] = await connect().tasks.load({ where: { title: 'from a script' } });
  assert.equal(task?.status, 'done');
});
