// SPDX-License-Identifier: MIT
//
// Upgrade: from an HTTP request to a socket of the hub's. Who it is, is known before the hub hears of the socket. A
// browser cannot read why an upgrade was refused, so a refused caller gets its socket, one `error` frame, and the
// close.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { NamedError } from '../errors/named-error';
import { endWith, goingAway } from '../http/refusal';
import { pathOf } from '../http/router';
import type { Hub } from '../hub/hub';
import type { Admission } from '../identity/identity';
import type { Door } from '../identity/door';
import type { Limits } from '../limits';
import type { Logger } from '../observe/log';
import type { ShellCounts } from '../observe/shell-counts';
import type { Connections } from './connections';
import { NamedCloseSocket, refuse } from './refusal';

const kPath = '/sync/ws';
const kProtocol = 'ablo.v1';
const kTokenProtocol = 'ablo.token.';
const kFrameLimit = 256 * 1024;

export interface SocketSurroundings {
  door: Door;
  hub: Hub;
  connections: Connections;
  log: Logger;
  limits: Limits;
  counts: ShellCounts;
  retired(): boolean;
}

export function acceptSockets(server: Server, around: SocketSurroundings): void {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: kFrameLimit,
    closeTimeout: 5_000,
    handleProtocols: spoken,
    WebSocket: NamedCloseSocket,
  };
  const sockets = new WebSocketServer(options);
  sockets.on('wsClientError', (error: Error, stream: Duplex) => endWith(stream, new NamedError('invalid_request', `${error.message}.`)));
  let arriving = 0;
  server.on('upgrade', async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy()); // gone while it was being identified
    if (pathOf(request) !== kPath) return endWith(stream, new NamedError('route_not_found'));
    if (around.retired()) return endWith(stream, goingAway());
    if (arriving >= (around.limits.handshakes || Infinity)) return endWith(stream, crowded(around));
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const token = protocols.find((name) => name.startsWith(kTokenProtocol))?.slice(kTokenProtocol.length);
    arriving++;
    const admission = await admit(around, request, protocols, token);
    arriving--;
    sockets.handleUpgrade(request, stream, head, (ws) => {
      if (admission instanceof NamedError) refuse(ws, admission);
      else if (around.retired()) ws.on('error', () => {}).close(1001, 'the server goes away');
      else welcome(around, ws, stream, admission);
    });
  });
}

function crowded({ counts }: SocketSurroundings): NamedError {
  counts.refuse('rate_limited');
  const details = { limit: 'handshakes', retryAfterSeconds: 1 };
  return new NamedError('rate_limited', 'Too many are connecting at once. Try again in a moment.', { details });
}

/** The protocol that is echoed, never the token. Who speaks another one is let in far enough to be told. */
function spoken(offered: Set<string>): string | false {
  if (offered.has(kProtocol)) return kProtocol;
  return [...offered].find((name) => !name.startsWith(kTokenProtocol)) ?? false;
}

async function admit({ door, log, counts }: SocketSurroundings, request: IncomingMessage, protocols: string[], token?: string) {
  try {
    if (!protocols.includes(kProtocol)) throw new NamedError('protocol_version_unsupported');
    return await door.admit(request, token);
  } catch (error) {
    const named = NamedError.from(error);
    counts.refuse(named.code);
    const level = named.code === 'rate_limited' ? 'debug' : 'info'; // the hub says a limit was met, once
    log[level]({ code: named.code, err: named.code === 'internal_error' ? error : undefined }, 'a socket was refused');
    return named;
  }
}

function welcome({ hub, connections, log }: SocketSurroundings, ws: WebSocket, stream: Duplex, admission: Admission): void {
  const connection = connections.add(ws, stream, admission.credential?.id);
  const { organization, actor } = admission.identity;
  const who = { socket: connection.id, organization, actor: `${actor.kind}:${actor.id}` };
  const since = Date.now();
  log.debug(who, 'a socket was opened');
  ws.on('message', (data: Buffer, isBinary) => {
    connection.alive = true;
    if (ws.readyState !== WebSocket.OPEN) return;
    if (isBinary) refuse(ws, new NamedError('invalid_request', 'Frames are text, not binary.'));
    else hub.receive(connection.id, data);
  });
  ws.on('pong', () => (connection.alive = true));
  ws.on('error', () => {}); // its close follows
  ws.on('close', (code: number, reason: Buffer) => {
    const told = String(reason) || undefined;
    log.debug({ ...who, code, reason: told, seconds: Math.round((Date.now() - since) / 1_000) }, 'a socket was closed');
    if (connections.remove(connection)) hub.closed(connection.id);
  });
  hub.open(connection.id, JSON.stringify(admission.identity));
}
