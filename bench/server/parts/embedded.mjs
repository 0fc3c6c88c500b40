// SPDX-License-Identifier: MIT
//
// The embedded database beside Postgres: the same server and the same commits. PGlite is one session in the server's own process.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newPlace, newServer } from '../place.mjs';
import { Line } from '../line.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { confirmed } from './commits.mjs';
import { lone } from './lone.mjs';

export const figures = { embedded_per_second: {}, embedded_lone_p50_ms: {}, embedded_postgres_ratio: {} };

const kRows = 1000;

export async function measure({ say, quick }) {
  const place = await newPlace({ rows: kRows });
  const postgres = await both(place.server, quick);
  await place.close();
  const directory = await mkdtemp(join(tmpdir(), 'ablo-bench-'));
  try {
    const server = await newServer({ kind: 'embedded', place: directory });
    await createRows(server);
    const embedded = await both(server, quick);
    await server.stop();
    const values = {
      embedded_per_second: round(embedded.perSecond, 0),
      embedded_beside_postgres_per_second: round(postgres.perSecond, 0),
      embedded_postgres_ratio: round(embedded.perSecond / postgres.perSecond),
      embedded_lone_p50_ms: round(p50(embedded.took)),
      embedded_lone_p99_ms: round(p99(embedded.took)),
      embedded_beside_postgres_lone_p50_ms: round(p50(postgres.took)),
      embedded_beside_postgres_lone_p99_ms: round(p99(postgres.took)),
    };
    say(`PGlite ${values.embedded_per_second}/s, a lone commit ${values.embedded_lone_p50_ms} ms; ` +
      `Postgres ${values.embedded_beside_postgres_per_second}/s, ${values.embedded_beside_postgres_lone_p50_ms} ms`);
    return values;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function both(server, quick) {
  const took = await lone(server, quick ? 50 : 500, kRows);
  const perSecond = await confirmed(server, { organizations: 1, sockets: 1, seconds: quick ? 2 : 5, rows: kRows, inFlight: 200 });
  return { took, perSecond };
}

/** Through the server: nobody else gets at the files of an embedded database. */
async function createRows(server) {
  const line = await Line.open(server, server.keys[0]);
  let left = kRows;
  const done = new Promise((resolve) => (line.onReceipt = () => --left === 0 && resolve()));
  for (let n = 1; n <= kRows; n++) line.create(`t${n}`, { title: `Task number ${n}`, status: 'todo' });
  await done;
  line.close();
}
