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

/** A server of its own process; `kind`: postgres, embedded or memory. */
export async function newServer({ kind, place, organizations = 1, limits }) {
  const server = helper('server-process.mjs');
  return Object.assign(server, await server.ask('start', { kind, place, organizations, limits }));
}

/** A Postgres with so many organizations and tasks, and a server on it. */
export async function newPlace({ organizations = 1, rows = 10_000, limits } = {}) {
  const cluster = await newPostgres();
  const server = await newServer({ kind: 'postgres', place: cluster.url, organizations, limits });
  await cluster.psql(fill(organizations, rows));
  await cluster.psql('vacuum analyze');
  return {
    cluster,
    server,
    async close() {
      await server.stop();
      clusters.delete(cluster);
      await cluster.stop();
    },
  };
}

export async function closeAll() {
  await stopHelpers();
  await Promise.all([...clusters].map((cluster) => cluster.stop()));
}
