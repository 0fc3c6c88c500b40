// SPDX-License-Identifier: MIT
//
// A workspace of 100,000 rows: from hello to the last block, the first time and when it is kept, and how long the server's
// event loop stood still at most meanwhile.
import { newPlace } from '../place.mjs';
import { Line } from '../line.mjs';
import { p50, round } from '../percentile.mjs';

export const figures = { bootstrap_first_ms: {}, bootstrap_kept_ms: {}, bootstrap_stall_ms: {}, bootstrap_kept_stall_ms: {} };

export async function measure({ say, quick }) {
  const rows = quick ? 20_000 : 100_000;
  const place = await newPlace({ rows });
  const values = await bootstraps(place.server, quick ? 2 : 5);
  await place.close();
  say(`${rows} rows: first ${values.bootstrap_first_ms} ms (stall ${values.bootstrap_stall_ms}), ` +
    `kept ${values.bootstrap_kept_ms} ms (stall ${values.bootstrap_kept_stall_ms})`);
  return values;
}

/** The medians of some; each first one is after a change, so that nothing that is kept can be given. */
async function bootstraps(server, rounds) {
  const writer = await Line.open(server, server.keys[0]);
  const took = { first: [], kept: [], firstStall: [], keptStall: [] };
  for (let n = 0; n < rounds + 1; n++) {
    const receipt = new Promise((resolve) => (writer.onReceipt = resolve));
    writer.update('t1', { title: `round ${n}` });
    await receipt;
    for (const kind of ['first', 'kept']) {
      await server.ask('stall');
      const began = performance.now();
      const line = await Line.open(server, server.keys[0], 'full');
      const milliseconds = performance.now() - began;
      const stall = await server.ask('stall');
      line.close();
      if (n === 0) continue; // while the module is compiled
      took[kind].push(milliseconds);
      took[`${kind}Stall`].push(stall);
    }
  }
  writer.close();
  return {
    bootstrap_first_ms: round(p50(took.first), 0),
    bootstrap_kept_ms: round(p50(took.kept), 0),
    bootstrap_stall_ms: round(Math.max(...took.firstStall), 0),
    bootstrap_kept_stall_ms: round(Math.max(...took.keptStall), 0),
  };
}
