// SPDX-License-Identifier: MIT
//
// Claims over HTTP when something fails: another server, a database that goes away, a proxy that answers for the server.
import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLogger, createSecretKey, openPostgres, startServer, type Database, type RunningServer } from '@abloatai/ablo/server';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { httpAgent, httpTask } from './support/http-agent';
import { schema } from './support/schema';

let postgres: PostgresCluster;
let databases: Database[] = [];
let servers: RunningServer[] = [];
let apiKey: string;
const proxies: Server[] = [];
before(async () => {
  postgres = await startPostgres();
  const url = await postgres.createDatabase('pair');
  databases = [await openPostgres(url), await openPostgres(url)];
  await Promise.all(databases.map((database) => database.migrate()));
  apiKey = (await createSecretKey(databases[0]!, { organization: 'default' })).token;
  const logger = createLogger({ level: 'silent' });
  servers = await Promise.all(databases.map((database) => startServer({ database, port: 0, logger })));
  const { hash } = await servers[0]!.pushSchema(JSON.stringify(schema.document));
  await until('the other has the schema', async () => (await agent(servers[1]).ask('GET', '/v1/schema')).body.hash === hash);
});
after(async () => {
  for (const proxy of proxies) proxy.close().closeAllConnections();
  await Promise.all(servers.map((server) => server.close()));
  await Promise.all(databases.map((database) => database.close()));
  await postgres?.stop();
});

const agent = (at = servers[0]!) => httpAgent({ url: at.url, apiKey });

const task = () => httpTask({ url: servers[0]!.url, apiKey });

/** One holds it, by the first server; the other waits for it, by the second. */
async function line() {
  const [holder, waiter] = [agent(servers[0]), agent(servers[1])];
  const id = await task();
  const held = (await holder.claim(id, { ttl: '60s' })).body;
  const waits = (await waiter.claim(id, { ttl: '60s' })).body;
  assert.equal(waits.status, 'queued');
  return { holder, waiter, held, waits };
}

test('who waits on one server is told of a release on another', async () => {
  const { holder, waiter, held, waits } = await line();
  const turn = waiter.state(waits.id, '50s');
  await holder.release(held.id);
  assert.equal((await turn).body.status, 'active');
});

test('who waits keeps its place when the connections of its server are cut, and has its turn', async () => {
  const { holder, waiter, held, waits } = await line();
  const turn = waiter.state(waits.id, '50s');
  for (let cut = 0; cut < 5; ++cut) {
    await postgres.psql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'pair' and pid <> pg_backend_pid()`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await until('it is given back', async () => (await holder.release(held.id)).status < 500);
  let answer = await turn;
  if (answer.status >= 500) answer = await waiter.state(waits.id, '50s'); // told so: asked again, it is where it was
  assert.deepEqual([answer.status, answer.body.status], [200, 'active']);
  assert.equal((await waiter.beat(waits.id)).body.status, 'held');
});

test('everybody who waits on a server that stops has an answer, and stands where they stood', async () => {
  const stops = await startServer({ database: databases[1]!, port: 0, logger: createLogger({ level: 'silent' }) });
  const id = await task();
  await agent().claim(id);
  const waiters = await Promise.all(Array.from({ length: 18 }, async () => {
    const waiter = agent(stops);
    return { waiter, claim: (await waiter.claim(id, { ttl: '5s' })).body.id as string };
  }));
  const turns = waiters.map(({ waiter, claim }) => waiter.state(claim, '50s'));
  const line = async () => (await agent().ask('GET', `/v1/claims?model=tasks&id=${id}`)).body.data as { position?: number; expiresAt: number }[];
  await until('they all wait', async () => (await line()).every(({ expiresAt }) => expiresAt > Date.now() + 10_000));
  await stops.close();
  for (const turn of turns) assert.deepEqual([(await turn).status, (await turn).body.status], [200, 'queued']);
  assert.deepEqual((await line()).slice(1).map(({ position }) => position), waiters.map((_, n) => n + 1));
});

const python = spawnSync('python3', ['--version']).status === 0;
const script = fileURLToPath(new URL('../../examples/python-agent/hold.py', import.meta.url));

/** The agent in Python on a row that somebody else holds; what it says, and how it ends. */
async function pythonAgent(url: string, WORK_SECONDS: string, ABLO_API_KEY = apiKey) {
  const bot = agent();
  const id = await task();
  const held = (await bot.claim(id)).body;
  const env = { ...process.env, ABLO_URL: url, ABLO_API_KEY, WORK_SECONDS };
  const child = spawn('python3', [script, 'tasks', id], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exit = once(child, 'exit');
  await until('it waits', () => said.includes('waits, at place 1'));
  return { bot, id, held, exit, said: () => said };
}

test('the agent in Python waits for its turn, holds a row past its time, and gives it back', { skip: !python }, async () => {
  const { bot, id, held, exit, said } = await pythonAgent(servers[0]!.url, '4');
  await bot.release(held.id);
  assert.deepEqual(await exit, [0, null]);
  assert.match(said(), /holds \S+ fence \d+\ngave it back\n$/);
  assert.equal((await bot.claim(id, { queue: false })).status, 201);
});

/** What comes from a proxy that cannot get through, or is cut off. */
const faults = [
  (_: IncomingMessage, to: ServerResponse) => to.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Nobody is here</h1>'),
  (_: IncomingMessage, to: ServerResponse) => to.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please log in</h1>'),
  (from: IncomingMessage) => from.socket.destroy(),
  (_: IncomingMessage, to: ServerResponse) => to.writeHead(200, { 'content-length': '500' }).write('{"id"', () => to.destroy()),
  (_: IncomingMessage, to: ServerResponse) => to.writeHead(404, { 'content-length': '500' }).write('{"co', () => to.destroy()),
];

type Fault = (from: IncomingMessage, to: ServerResponse) => unknown;

/** The first server, behind a proxy with such faults; `times`: how often such a request has come. */
async function behindProxy(faultOf: (kind: 'heartbeat' | 'wait', times: number) => Fault | undefined) {
  const target = new URL(servers[0]!.url);
  const heard = { heartbeat: 0, wait: 0 };
  const proxy = createServer((from: IncomingMessage, to: ServerResponse) => {
    const kind = from.url!.endsWith('/heartbeat') ? 'heartbeat' : from.url!.includes('wait=') ? 'wait' : undefined;
    const fault = kind && faultOf(kind, (heard[kind] += 1));
    if (fault) return fault(from, to);
    const { method, headers, url: path } = from;
    const onwards = request({ host: target.hostname, port: target.port, method, headers, path }, (answer) => {
      to.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(to);
    });
    onwards.on('error', () => to.destroy());
    from.pipe(onwards);
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, heard };
}

test('the agent in Python holds on to its row when what comes is not the server\'s answer', { skip: !python }, async () => {
  const beats = [faults[1], , faults[3], , faults[4]];
  const { url, heard } = await behindProxy((kind, times) => (kind === 'wait' ? faults : beats)[times - 1]);
  const { bot, held, exit, said } = await pythonAgent(url, '8');
  await until('it waits all the same', () => heard.wait === 6);
  await bot.release(held.id);
  assert.deepEqual(await exit, [0, null]);
  assert.match(said(), /holds \S+ fence \d+\ngave it back\n$/);
  assert.ok(heard.heartbeat >= 6, `${heard.heartbeat}`);
});

test('the agent in Python that cannot get through stops its work when its time is over', { skip: !python }, async () => {
  const { url } = await behindProxy((kind, times) => (kind === 'heartbeat' ? [faults[2]!, () => {}][times % 2] : undefined));
  const { bot, id, held, exit, said } = await pythonAgent(url, '30');
  await bot.release(held.id);
  assert.deepEqual(await exit, [0, null]);
  assert.match(said(), /lost it\n$/);
  assert.equal((await bot.claim(id, { queue: false })).status, 201);
});

test('the agent in Python whose key is revoked stops its work, and is not let in again', { skip: !python }, async () => {
  const key = await createSecretKey(databases[0]!, { organization: 'default' });
  const { bot, id, held, exit, said } = await pythonAgent(servers[0]!.url, '30', key.token);
  await bot.release(held.id);
  await until('it holds the row', () => said().includes('holds'));
  await databases[0]!.revokeCredential(key.id);
  assert.deepEqual(await exit, [0, null]);
  assert.match(said(), /lost it\n$/);
  const env = { ...process.env, ABLO_URL: servers[0]!.url, ABLO_API_KEY: key.token };
  await assert.rejects(promisify(execFile)('python3', [script, 'tasks', id], { env }), { code: 1, stderr: /Refused: .*apikey_revoked/ });
});

test('an agent whose claim is another\'s by now is told to stop', { skip: !python }, async () => {
  const { bot, id, held, exit, said } = await pythonAgent(servers[1]!.url, '30');
  await bot.release(held.id);
  await until('it holds the row', () => said().includes('holds'));
  const claim = (await bot.ask('GET', `/v1/claims?model=tasks&id=${id}`)).body.data[0].id;
  await postgres.psql(`update ablo.claim set expires_at = now() - interval '1 s' where id = '${claim}'`, 'pair');
  assert.deepEqual(await exit, [0, null]);
  assert.match(said(), /lost it\n$/);
});
