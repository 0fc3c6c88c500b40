// SPDX-License-Identifier: MIT
//
// One commit at a time: from the frame that leaves to the receipt that comes, beside pgbench with one client, which has
// no sockets in its way.
import { newPlace } from '../place.mjs';
import { Line } from '../line.mjs';
import { pgbench } from '../pgbench.mjs';
import { p50, p99, round } from '../percentile.mjs';

export const figures = { lone_p50_ms: {}, lone_p99_ms: {}, lone_pgbench_p50_ms: {}, lone_pgbench_p99_ms: {} };

export async function measure({ say, quick }) {
  const place = await newPlace();
  const took = await lone(place.server, quick ? 200 : 2000);
  const peer = await pgbench(place.cluster, { clients: 1, seconds: quick ? 2 : 8 });
  await place.close();
  const values = {
    lone_p50_ms: round(p50(took)),
    lone_p99_ms: round(p99(took)),
    lone_pgbench_p50_ms: round(p50(peer.took)),
    lone_pgbench_p99_ms: round(p99(peer.took)),
  };
  say(`a lone commit: ${values.lone_p50_ms} ms, p99 ${values.lone_p99_ms}; ` +
    `pgbench ${values.lone_pgbench_p50_ms} ms, p99 ${values.lone_pgbench_p99_ms}`);
  return values;
}

/** How long each of so many took, in ms, after some that are not counted. */
export async function lone(server, commits, rows = 10_000) {
  const line = await Line.open(server, server.keys[0]);
  const took = [];
  const warmUp = Math.ceil(commits / 5);
  for (let n = 0; n < warmUp + commits; n++) {
    const began = performance.now();
    const receipt = new Promise((resolve) => (line.onReceipt = resolve));
    line.update(`t${1 + Math.floor(Math.random() * rows)}`, { title: `lone ${n}` });
    const { status, error } = await receipt;
    if (status !== 'confirmed') throw new Error(`a commit was refused: ${JSON.stringify(error)}`);
    if (n >= warmUp) took.push(performance.now() - began);
  }
  line.close();
  return took;
}
