// SPDX-License-Identifier: MIT
//
// From the frame that gives a row back to the one that tells the next in line that it holds it: both on one server, and on two.
// Beside each a bare transaction of Postgres (an UPDATE of one row by `pg`), as in free.mjs.
import { p50, p99, round } from '../../server/percentile.mjs';
import { Asker } from '../asker.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = { handover_p50_ms: {}, handover_p99_ms: {}, handover_ratio: {}, handover_two_servers_p50_ms: {}, handover_two_servers_p99_ms: {}, handover_two_servers_ratio: {} };

export async function measure({ say, quick }) {
  const place = await newClaimsPlace({ servers: 2 });
  const [one, two] = place.servers;
  await place.sql.query('create table bare as select 1 as id, 0 as n');
  const bare = async () => {
    const began = performance.now();
    await place.sql.query('update bare set n = n + 1 where id = 1');
    return performance.now() - began;
  };
  const times = quick ? 60 : 500;
  const same = await handovers([await Asker.open(one, 'a'), await Asker.open(one, 'b')], bare, times);
  const across = await handovers([await Asker.open(one, 'c'), await Asker.open(two, 'd')], bare, times);
  await place.close();
  const values = {
    handover_p50_ms: round(p50(same.took)),
    handover_p99_ms: round(p99(same.took)),
    handover_ratio: round(p50(same.took) / p50(same.bare)),
    handover_two_servers_p50_ms: round(p50(across.took)),
    handover_two_servers_p99_ms: round(p99(across.took)),
    handover_two_servers_ratio: round(p50(across.took) / p50(across.bare)),
  };
  say(`the next in line holds the row after ${values.handover_p50_ms} ms, p99 ${values.handover_p99_ms}; on another server ` +
    `${values.handover_two_servers_p50_ms} ms, p99 ${values.handover_two_servers_p99_ms}: ${values.handover_ratio} and ` +
    `${values.handover_two_servers_ratio} bare transactions`);
  return values;
}

/** They take turns with one row; how long each handover took, in ms, and the bare transaction before it, after some that are not counted. */
async function handovers(askers, bare, times) {
  const [took, beside] = [[], []];
  let holder = askers[0];
  let held = holder.claim('t1');
  await held.granted;
  for (let n = 0; n < times + 20; n++) {
    const next = askers[(n + 1) % 2];
    const waiting = next.claim('t1');
    await waiting.queued;
    const floor = await bare();
    const began = performance.now();
    const released = holder.release(held.claim);
    const granted = await waiting.granted;
    if (n >= 20) took.push(granted - began), beside.push(floor);
    await released;
    [holder, held] = [next, waiting];
  }
  await holder.release(held.claim);
  for (const asker of askers) asker.close();
  return { took, bare: beside };
}
