// SPDX-License-Identifier: MIT
//
// How long a client waits, and what it does when whoever it waits for has failed: a line for a claim, a session route, a
// connection that breaks.
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { connect as connectTcp, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import Ablo, { AbloClaimedError, type AbloOptions } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer, type TestServer } from '@abloatai/ablo/testing';

const schema = defineSchema({ tasks: model({ title: z.string() }) });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let server: TestServer;
before(async () => {
  server = await testServer({ schema });
});
after(() => server.close());

const ends: (() => unknown)[] = [];
after(() => Promise.all(ends.map((end) => end())));

function connect(options: AbloOptions<typeof schema> = {}) {
  const client = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, logger: quiet, ...options });
  ends.unshift(() => client.dispose());
  return client;
}

/** Its address, once it listens. */
async function listening(it: Server): Promise<string> {
  await new Promise<void>((resolve) => it.listen(0, '127.0.0.1', resolve));
  ends.push(() => it.close());
  return `http://127.0.0.1:${(it.address() as AddressInfo).port}`;
}
const sessionRoute = async (answer: RequestListener) => `${await listening(createServer(answer))}/api/ablo-session`;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('a claim that waits longer than its timeout is refused by name and leaves the line', async () => {
  const [holder, waiter] = [connect({ agentId: 'holder' }), connect({ agentId: 'waiter' })];
  const { id } = await holder.tasks.create({ title: 'one' });
  const claim = await holder.tasks.claim({ id });
  const waiting = waiter.tasks.claim({ id, timeout: 0.5 });
  const late = assert.rejects(waiting, (thrown) => thrown instanceof AbloClaimedError && thrown.code === 'grant_timeout');
  await until(() => holder.tasks.claim.queue({ id }).length === 1);
  await late;
  await until(() => holder.tasks.claim.queue({ id }).length === 0);
  await claim.release();
  await (await waiter.tasks.claim({ id, timeout: 5 })).release();
});

test('a session route that fails is tried again, and the status says that it cannot be reached', async () => {
  const app = connect();
  let asked = 0;
  const authEndpoint = await sessionRoute(async (_, response) => {
    if (++asked < 3) return void response.writeHead(502).end('<html>Bad Gateway</html>');
    const { token } = await app.sessions.create({ user: { id: 'ada' } });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
  });
  const page = connect({ apiKey: null, authEndpoint });
  const ready = page.ready();
  await until(() => page.syncStatus.error !== null);
  assert.equal(page.syncStatus.error?.code, 'api_unreachable');
  assert.match(page.syncStatus.error!.message, /ablo-session answered 502/);
  assert.equal(page.syncStatus.isSessionError, false);
  await ready;
  assert.equal(page.syncStatus.error, null);
});

for (const status of [404, 405])
  test(`an app without a session route (${status}) is told what is missing`, async () => {
    const authEndpoint = await sessionRoute((_, response) => response.writeHead(status).end());
    const page = connect({ apiKey: null, authEndpoint });
    await assert.rejects(page.ready(), { code: 'auth_no_credentials', message: /no session route.*authEndpoint/ });
  });

test('a page that loses its connection comes back with the token it has', async () => {
  const app = connect();
  let minted = 0;
  const getToken = async () => (minted++, (await app.sessions.create({ user: { id: 'ada' } })).token);
  const open = new Set<Socket>();
  const relay = createTcpServer((socket) => {
    const onward = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    for (const end of [socket, onward]) open.add(end.on('error', () => {}).on('close', () => (socket.destroy(), onward.destroy())));
    socket.pipe(onward).pipe(socket);
  });
  const page = connect({ apiKey: null, getToken, baseURL: await listening(relay) });
  await page.tasks.create({ title: 'before' });
  for (const socket of open) socket.destroy();
  await until(() => page.syncStatus.name !== 'connected');
  await page.tasks.create({ title: 'after' });
  assert.equal(minted, 1);
});
