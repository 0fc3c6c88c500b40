// SPDX-License-Identifier: MIT
//
// startServer: one sync server, from its parts. It owns the port and the hub; the database is the caller's, who opened
// it and closes it afterwards.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from './bus/bus';
import { Hints } from './bus/hints';
import { NamedError } from './errors/named-error';
import { createRouter } from './http/router';
import { healthRoutes } from './http/routes/health';
import { identityRoutes } from './http/routes/identity';
import { schemaRoutes } from './http/routes/schema';
import { sessionRoutes } from './http/routes/sessions';
import { Hub, type SocketLimits } from './hub/hub';
import { Door } from './identity/door';
import { createLogger, type Logger } from './observe/log';
import { Outage } from './observe/outage';
import { poll } from './poll';
import type { Database } from './postgres/database';
import { SchemaInForce, type PushResult } from './schema';
import { Connections } from './socket/connections';
import { startHeartbeat } from './socket/heartbeat';
import { refuse } from './socket/refusal';
import { acceptSockets } from './socket/upgrade';

const kHeads = 100;
const kFollow = 2_000;
const kTrim = 60_000;
const kGrace = 5_000;

export interface ServerOptions {
  database: Database;
  /** 8787 unless said; 0 takes a free one. */
  port?: number;
  /** 127.0.0.1 unless said. */
  host?: string;
  /** Lets callers from this machine in without a token. */
  dev?: boolean;
  /** Origins of pages that may connect. */
  origins?: readonly string[];
  /** Where browsers reach this server; session replies name it. */
  publicUrl?: string;
  limits?: SocketLimits;
  /** How servers on one database tell each other of what they wrote. Postgres's NOTIFY unless said. */
  bus?: Bus;
  /** How many days the log is kept. Whoever was away for longer loads everything again. 30 unless said. */
  retention?: number;
  logger?: Logger;
}

export interface RunningServer {
  url: string;
  port: number;
  /** Makes this the schema in force. */
  pushSchema(document: string): Promise<PushResult>;
  /** Finishes what is under way, tells the sockets to come back later, and gives the port back. */
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { database, port = 8787, host = '127.0.0.1', dev = false, origins = [], publicUrl, limits } = options;
  const { retention = 30, bus = database.bus } = options;
  const log = options.logger ?? createLogger();
  const outage = new Outage(log);
  const connections = new Connections();
  const hints = bus && new Hints(bus);
  const hub = await Hub.load({ database, connections, log, outage, limits, hints });
  const schema = new SchemaInForce(hub, database);
  const door = new Door({ origins, dev, host }, database);
  let retired = false;
  const routes = {
    ...healthRoutes(hub, schema, () => retired),
    ...schemaRoutes(schema),
    ...sessionRoutes(database, { dev, publicUrl }),
    ...identityRoutes(),
  };
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, createRouter(routes, door, log));
  acceptSockets(server, { door, hub, connections, log });
  try {
    await schema.start();
    await refuseWeakRole(database);
    await listen(server, port, host);
  } catch (error) {
    hub.dispose();
    throw error;
  }

  const stops: (() => void | Promise<void>)[] = [
    startHeartbeat(connections),
    bus?.listen((heads) => hub.hear(heads)) ?? (() => {}),
    poll(kHeads, outage, 'heads', async () => {
      const organizations = hub.organizations();
      if (organizations.length > 0) hub.heads(await database.heads(organizations));
      return organizations.length > 0;
    }),
    poll(kFollow, outage, 'schema', async () => {
      await schema.follow();
      return true;
    }),
    poll(kFollow, outage, 'credentials', () => dropRevoked(database, connections)),
    poll(kTrim, outage, 'trim', async () => {
      while (!retired && (await database.trim(retention)));
      return true;
    }),
  ];
  const close = async () => {
    retired = true;
    const ended = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await drain(hub, connections);
    for (const stop of stops) await stop();
    hub.dispose();
    server.closeAllConnections();
    await ended;
  };

  const { port: bound } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${nameOf(host)}:${bound}`,
    port: bound,
    pushSchema: (document) => schema.push(document),
    close: () => (closing ??= close()),
  };
}

/** A name for the address that can be called from here. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Throws by name if a server could not listen there now. */
export async function checkAddress(port: number, host: string): Promise<void> {
  const probe = createServer();
  await listen(probe, port, host);
  await new Promise((resolve) => probe.close(resolve));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(namedRefusal(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function namedRefusal(error: NodeJS.ErrnoException, port: number, host: string): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new NamedError('port_in_use', `Port ${port} is used by another program. Stop it, or give another with --port.`);
    case 'EACCES':
      return new NamedError('invalid_arguments', `This user may not use port ${port}. Give another with --port.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL': {
      const next = 'Give one of its own with --host: 127.0.0.1 for itself alone, 0.0.0.0 for everybody.';
      return new NamedError('invalid_arguments', `${host} is no address of this machine. ${next}`);
    }
    default:
      return error;
  }
}

/** The role that keeps organizations apart must be able to do nothing else; what we may put right was put right by now. */
async function refuseWeakRole(database: Database): Promise<void> {
  const weak = (await database.check()).find(({ kind }) => kind === 'role');
  if (weak) throw new NamedError('permission_denied', `${weak.what} An administrator can: ${weak.next}.`);
}

/** Sockets whose key was revoked after they were let in. */
async function dropRevoked(database: Database, connections: Connections): Promise<boolean> {
  const held = new Set<string>();
  for (const { credential } of connections) if (credential) held.add(credential);
  if (held.size === 0) return false;
  const revoked = new Set(await database.revoked([...held]));
  for (const { credential, ws } of connections) {
    if (credential && revoked.has(credential)) refuse(ws, new NamedError('apikey_revoked'));
  }
  return true;
}

/** What is under way gets its receipts; then every socket is told that the server goes away. */
async function drain(hub: Hub, connections: Connections): Promise<void> {
  hub.retire();
  const deadline = Date.now() + kGrace;
  while (hub.statistics().inFlight > 0 && Date.now() < deadline) await pause(10);
  await pause(0); // the last effects
  connections.closeAll(1001, 'the server goes away');
  while (connections.size > 0 && Date.now() < deadline) await pause(10);
  for (const { ws } of connections) ws.terminate();
}
