// SPDX-License-Identifier: MIT
//
// Where a part runs: a Postgres with settings as they are in earnest, and a server on it (server-process.mjs). Nothing of
// either is left when the run ends, whichever way it does.
import { startPostgres } from '../../tests/support/postgres.ts';
import { helper, stopHelpers } from './helper.mjs';
import { fill } from './schema.mjs';

const clusters = new Set();

export async function newPostgres() {
  const cluster = await startPostgres(['max_connections = 120', 'shared_buffers = 512MB', 'max_wal_size = 4GB']);
  clusters.add(cluster);
  return cluster;
}

/** A server of its own process; `kind`: postgres, embedded or memory. `document` is another schema than the usual one. */
export async function newServer({ kind, place, organizations = 1, limits, document }) {
  const server = helper('server-process.mjs');
  return Object.assign(server, await server.ask('start', { kind, place, organizations, limits, document }));
}

/** A Postgres with so many organizations and tasks, and servers on it. `rows` may be the SQL that makes them. */
export async function newPlace({ organizations = 1, rows = 10_000, servers: count = 1, limits, document } = {}) {
  const cluster = await newPostgres();
  const servers = [];
  while (servers.length < count)
    servers.push(await newServer({ kind: 'postgres', place: cluster.url, organizations, limits, document }));
  await cluster.psql(typeof rows === 'string' ? rows : fill(organizations, rows));
  await cluster.psql('vacuum analyze');
  return {
    cluster,
    server: servers[0],
    servers,
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
      clusters.delete(cluster);
      await cluster.stop();
    },
  };
}

export async function closeAll() {
  await stopHelpers();
  await Promise.all([...clusters].map((cluster) => cluster.stop()));
}
