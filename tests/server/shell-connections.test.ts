// SPDX-License-Identifier: MIT
//
// Readers that do not keep up, and ones that are gone, on real sockets: they are cut, and nobody else notices.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import type { Connection } from '../../server/src/socket/connection';
import { Connections } from '../../server/src/socket/connections';
import { startHeartbeat } from '../../server/src/socket/heartbeat';

const http = createServer();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let connections: Connections;
let clients: WebSocket[];

beforeEach(async () => {
  connections = new Connections();
  clients = [];
  if (!http.listening) await once(http.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  for (const client of clients) client.terminate();
  await new Promise((resolve) => http.close(resolve));
});

async function connect(): Promise<[WebSocket, Connection]> {
  const accepted = new Promise<Connection>((resolve) => {
    http.once('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
      sockets.handleUpgrade(request, stream, head, (ws) => resolve(connections.add(ws, stream))));
  });
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  clients.push(client);
  await once(client, 'open');
  return [client, await accepted];
}

test('one who stops reading is cut; one beside it gets everything', async () => {
  const [slow, a] = await connect();
  const [quick, b] = await connect();
  slow.pause();
  let received = 0;
  quick.on('message', () => received++);

  const chunk = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  let cut: number[] = [];
  while (cut.length === 0 && sent < 1_000) {
    connections.send([a.id, b.id], chunk);
    cut = connections.flush();
    sent++;
    await turn();
  }
  assert.deepEqual(cut, [a.id]);
  while (received < sent) await once(quick, 'message');
  assert.equal(b.ws.readyState, WebSocket.OPEN);

  const closed = once(slow, 'close');
  slow.resume();
  assert.equal((await closed)[0], 4008);
});

test('a first load larger than the limit is no reason to cut anybody', async () => {
  const [client, connection] = await connect();
  const sizes: number[] = [];
  client.on('message', (data: Buffer) => sizes.push(data.length));
  connections.send([connection.id], Buffer.alloc(16 << 20, 'x'));
  assert.deepEqual(connections.flush(), []);
  connections.send([connection.id], Buffer.from('next'));
  assert.deepEqual(connections.flush(), []);
  while (sizes.length < 2) await once(client, 'message');
  assert.deepEqual(sizes, [16 << 20, 4]);
});

test('what many are sent at once is not copied for each', async () => {
  const all: [WebSocket, Connection][] = [];
  while (all.length < 30) all.push(await connect());
  for (const [client] of all) client.pause();
  const ids = all.map(([, { id }]) => id);
  const before = process.memoryUsage().arrayBuffers;
  connections.send(ids, Buffer.from('welcome'));
  for (let block = 0; block < 3; block++) connections.send(ids, Buffer.alloc(3 << 20, block), 2);
  connections.send(ids, Buffer.from('loaded'));
  assert.deepEqual(connections.flush(), []);
  await turn();
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 60 << 20, `${grown >> 20} MiB more for 30 times the same 9`);

  const [client] = all[7]!;
  const received: Buffer[] = [];
  client.on('message', (data: Buffer) => received.push(data));
  client.resume();
  while (received.length < 5) await once(client, 'message');
  assert.deepEqual(received.map((data) => data.length), [7, 3 << 20, 3 << 20, 3 << 20, 6]);
  assert.deepEqual([String(received[0]), received[2]![5], received[3]![5], String(received[4])], ['welcome', 1, 2, 'loaded']);
});

test('one who reads a load slowly is not cut for what comes behind it; one who wants another load meanwhile is', async () => {
  const load = (id: number) => {
    connections.send([id], Buffer.from('welcome'));
    for (let block = 0; block < 6; block++) connections.send([id], Buffer.alloc(4 << 20, 'x'), 2);
    connections.send([id], Buffer.from('loaded'));
    return connections.flush();
  };
  const [patient, a] = await connect();
  const [greedy, b] = await connect();
  for (const [client, { id }] of [[patient, a], [greedy, b]] as const) {
    client.pause();
    assert.deepEqual(load(id), []);
  }
  for (let n = 0; n < 15; n++) {
    connections.send([a.id], Buffer.alloc(64 * 1024, 'y'));
    assert.deepEqual(connections.flush(), []);
    await turn();
  }
  assert.ok(b.stream.writableLength > 2 << 20, 'the machine took all of it');
  assert.deepEqual(load(b.id), [b.id]);
  let received = 0;
  patient.on('message', () => received++);
  patient.resume();
  while (received < 8 + 15) await once(patient, 'message');
  assert.deepEqual(load(a.id), []);
});

test('frames of every length arrive as they were sent, in order', async () => {
  const [client, connection] = await connect();
  const lengths = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
  const received: number[] = [];
  client.on('message', (data: Buffer) => received.push(data.length));
  for (const length of lengths) connections.send([connection.id], Buffer.alloc(length, 'y'));
  connections.flush();
  while (received.length < lengths.length) await once(client, 'message');
  assert.deepEqual(received, lengths);
});

test('one who talks and does not listen is cut off', async () => {
  const [client, connection] = await connect();
  connection.ws.on('message', () => (connection.alive = true));
  client.pause();
  connections.send([connection.id], Buffer.alloc(64 << 20, 'x')); // its first load: more than the machine takes for it
  assert.deepEqual(connections.flush(), []);
  const talk = setInterval(() => client.send('{"type":"ping"}'), 20);
  const closed = once(connection.ws, 'close');
  const stop = startHeartbeat(connections, 200);
  await closed;
  clearInterval(talk);
  stop();
});

test('one who is gone without a word is cut off; one who is only quiet is not', async () => {
  const [gone, a] = await connect();
  const [quiet, b] = await connect();
  for (const connection of [a, b]) connection.ws.on('pong', () => (connection.alive = true));
  gone.pause(); // it no longer answers pings
  const closed = once(a.ws, 'close');
  const stop = startHeartbeat(connections, 200);
  await closed;
  stop();
  assert.equal(quiet.readyState, WebSocket.OPEN);
  assert.equal(b.ws.readyState, WebSocket.OPEN);
});
