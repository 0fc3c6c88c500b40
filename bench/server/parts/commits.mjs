// SPDX-License-Identifier: MIT
//
// Confirmed commits a second: through the batcher alone (one socket an organization) and through 64 sockets, as a ratio to
// the best of pgbench. Each commit is an update of one random row of 10,000; so many are in flight at once. Through 64
// sockets every change goes to all sockets of its organization, too.
import { newPlace } from '../place.mjs';
import { Line } from '../line.mjs';
import { bestPgbench } from '../pgbench.mjs';
import { round } from '../percentile.mjs';

export const kInFlight = 800;
const kRows = 10_000;

export const figures = {
  commits_in_flight: {},
  commits_1_ratio: { min: 4 },
  commits_4_ratio: { min: 5 },
  commits_64_ratio: {},
  commits_1_sockets_ratio: {},
  commits_4_sockets_ratio: {},
  commits_64_sockets_ratio: {},
};

export async function measure({ say, quick }) {
  const seconds = quick ? 2 : 5;
  const place = await newPlace({ organizations: 64, rows: kRows });
  const values = { commits_in_flight: kInFlight };
  for (const organizations of [1, 4, 64]) {
    const peer = await bestPgbench(place.cluster, { seconds, organizations, rows: kRows });
    const batcher = await confirmed(place.server, { organizations, sockets: organizations, seconds });
    const sockets = await confirmed(place.server, { organizations, sockets: 64, seconds });
    say(`${organizations} organizations: pgbench ${peer.perSecond.toFixed(0)}/s (${peer.clients} clients), ` +
      `batcher ${batcher.toFixed(0)}/s, 64 sockets ${sockets.toFixed(0)}/s`);
    values[`commits_${organizations}_pgbench`] = round(peer.perSecond, 0);
    values[`commits_${organizations}_per_second`] = round(batcher, 0);
    values[`commits_${organizations}_ratio`] = round(batcher / peer.perSecond);
    values[`commits_${organizations}_sockets_per_second`] = round(sockets, 0);
    values[`commits_${organizations}_sockets_ratio`] = round(sockets / peer.perSecond);
  }
  await place.close();
  return values;
}

/** Confirmed commits a second, after a second of warming up. */
export async function confirmed(server, { organizations, sockets, seconds, inFlight = kInFlight, rows = kRows }) {
  const keys = server.keys.slice(0, organizations);
  const lines = await Promise.all(Array.from({ length: sockets }, (_, n) => Line.open(server, keys[n % keys.length])));
  let count = 0;
  let refused;
  let running = true;
  const write = (line) => line.update(`t${1 + Math.floor(Math.random() * rows)}`, { title: `new ${count}` });
  for (const line of lines)
    line.onReceipt = (receipt) => {
      if (receipt.status === 'confirmed') count++;
      else refused ??= receipt;
      if (running) write(line);
    };
  for (let n = 0; n < inFlight; n++) write(lines[n % lines.length]);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const [from, began] = [count, performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const perSecond = ((count - from) / (performance.now() - began)) * 1000;
  running = false;
  for (const line of lines) line.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (refused) throw new Error(`a commit was refused: ${JSON.stringify(refused)}`);
  return perSecond;
}
