// SPDX-License-Identifier: MIT
//
// startServer: one sync server, from its parts. It owns the port and the hub; the database is the caller's, who opened
// it and closes it afterwards.
import { createServer, type Server, type ServerOptions as HttpOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus } from './bus/bus';
import { Hints } from './bus/hints';
import { NamedError } from './errors/named-error';
import { createRouter } from './http/router';
import { claimRoutes } from './http/routes/claims';
import { healthRoutes } from './http/routes/health';
import { identityRoutes } from './http/routes/identity';
import { metricsRoutes } from './http/routes/metrics';
import { schemaRoutes } from './http/routes/schema';
import { sessionRoutes } from './http/routes/sessions';
import { refuseUnreadable } from './http/unreadable';
import { Waiting } from './http/waiting';
import { Hub } from './hub/hub';
import { Door } from './identity/door';
import { isLoopbackName } from './identity/origin';
import { readLimits, type Limits } from './limits';
import { Health } from './observe/health';
import { createLogger, type Logger } from './observe/log';
import { Metrics } from './observe/metrics';
import { Outage } from './observe/outage';
import { ShellCounts } from './observe/shell-counts';
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
const kIdle = 60_000;

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
  /** How servers on one database tell each other of what they wrote. Postgres's NOTIFY unless said. */
  bus?: Bus;
  /** How much, how many and how often (docs/reference/limits.md); what is not said has its default. */
  limits?: Partial<Limits>;
  /** How many proxies in front of this server are believed when they say (X-Forwarded-For) who called. None unless said. */
  proxies?: number;
  /** Shows GET /metrics to everybody who can reach the port. Unless said, only where that is this machine. */
  metrics?: boolean;
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
  const { database, port = 8787, host = '127.0.0.1', dev = false, origins = [], publicUrl, retention = 30 } = options;
  const { proxies = 0, metrics = isLoopbackName(host), bus = database.bus } = options;
  const limits = readLimits(options.limits);
  const log = options.logger ?? createLogger();
  const outage = new Outage(log);
  const counts = new ShellCounts();
  const connections = new Connections(limits.behindBytes);
  const hints = bus && new Hints(bus);
  const hub = await Hub.load({ database, connections, log, outage, limits, counts, hints });
  const schema = new SchemaInForce(hub, database, log);
  const door = new Door({ origins, dev, host }, database, hub, proxies);
  const waiting = new Waiting(database);
  let retired = false;
  const routes = {
    ...healthRoutes(new Health(hub, database, outage), hub, schema),
    ...metricsRoutes(new Metrics({ hub, database, counts }), metrics),
    ...schemaRoutes(schema),
    ...sessionRoutes(database, { dev, publicUrl }),
    ...identityRoutes(),
    ...claimRoutes(hub, database, waiting),
  };
  const body = { most: limits.bodyBytes, check: (bytes: Buffer) => hub.check(bytes) };
  const server = createServer(timesOf(limits), createRouter(routes, { door, body, log, counts, retired: () => retired }));
  server.maxConnections = limits.connections || Infinity;
  server.maxHeadersCount = 0; // headerBytes bounds them; Node would leave out the rest without a word
  server.timeout = kIdle;
  refuseUnreadable(server);
  acceptSockets(server, { door, hub, connections, log, limits, counts, retired: () => retired });
  try {
    await schema.start();
    await refuseWeakRole(database);
    await listen(server, port, host);
  } catch (error) {
    hub.dispose();
    throw error;
  }

  log.info({ url: `http://${nameOf(host)}:${(server.address() as AddressInfo).port}` }, 'the server listens');
  const stops: (() => void | Promise<void>)[] = [
    startHeartbeat(connections),
    bus?.listen((heads) => hub.hear(heads)) ?? (() => {}),
    poll(kHeads, outage, 'heads', async () => {
      const organizations = [...new Set([...hub.organizations(), ...waiting.organizations()])];
      if (organizations.length === 0) return false;
      const heads = await database.heads(organizations);
      hub.heads(heads);
      await waiting.heads(heads);
      return true;
    }),
    poll(kFollow, outage, 'schema', async () => {
      await schema.follow();
      return true;
    }),
    poll(kFollow, outage, 'credentials', () => dropRevoked(database, connections)),
    poll(kTrim, outage, 'trim', async () => {
      await database.heads([]); // what others left in the backlog, also where nobody is connected
      while (!retired && (await database.trim(retention)));
      return true;
    }),
  ];
  const close = async () => {
    retired = true;
    waiting.close();
    log.info({ sockets: connections.size }, 'the server stops');
    await drain(hub, connections, counts); // it still listens, so that whoever asks is told
    const ended = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    for (const stop of stops) await stop();
    hub.dispose();
    server.closeAllConnections();
    await ended;
    log.info('the server has stopped');
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

/** How large headers may be, and until when a request has to be there, in ms; what is late is found within a second. */
function timesOf({ headerBytes }: Limits): HttpOptions {
  return {
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: headerBytes,
    requireHostHeader: false, // whoever says none is refused by name
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

/** What is under way gets its receipts, and its answers; every socket is told that the server goes away. */
async function drain(hub: Hub, connections: Connections, counts: ShellCounts): Promise<void> {
  hub.retire();
  const deadline = Date.now() + kGrace;
  while (hub.statistics().inFlight > 0 && Date.now() < deadline) await pause(10);
  await pause(0); // the last effects
  connections.closeAll(1001, 'the server goes away');
  while (connections.size + counts.unanswered > 0 && Date.now() < deadline) await pause(10);
  for (const { ws } of connections) ws.terminate();
}
