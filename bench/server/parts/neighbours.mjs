// SPDX-License-Identifier: MIT
//
// What one organization at ten times its limit costs its neighbour: the p99 of the neighbour's commits while the other writes
// and asks as much as it may, and while it does ten times that. A server for each round, as what was sent beyond the limit
// would still be leaving in the next one.
import { helper } from '../helper.mjs';
import { Line } from '../line.mjs';
import { newPlace } from '../place.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { atRate } from '../rate.mjs';

export const figures = { neighbour_p99_ratio: { max: 1.2 } };

const kLimit = 200; // commits and questions a second
const kSockets = 8;
const kCalm = 50; // commits a second of the neighbour
const limits = { commitsPerOrganization: kLimit, requestsPerOrganization: kLimit, burstSeconds: 1 };

export async function measure({ say, quick }) {
  const took = { alone: [], atLimit: [], tenTimes: [] };
  for (let n = 0; n < (quick ? 1 : 4); n++) {
    const place = await newPlace({ organizations: 2, rows: 1000, limits });
    await beside(place.server, 1, quick ? 1 : 3); // what runs for the first time is slower
    for (const [kind, times] of [['alone', 0], ['atLimit', 1], ['tenTimes', 10]])
      took[kind].push(...(await beside(place.server, times, quick ? 3 : 6)));
    await place.close();
  }
  const values = {
    neighbour_alone_p50_ms: round(p50(took.alone)),
    neighbour_alone_p99_ms: round(p99(took.alone)),
    neighbour_at_limit_p50_ms: round(p50(took.atLimit)),
    neighbour_at_limit_p99_ms: round(p99(took.atLimit)),
    neighbour_ten_times_p50_ms: round(p50(took.tenTimes)),
    neighbour_ten_times_p99_ms: round(p99(took.tenTimes)),
    neighbour_p99_ratio: round(p99(took.tenTimes) / p99(took.atLimit)),
  };
  say(`beside a neighbour at its limit: p99 ${values.neighbour_at_limit_p99_ms} ms; at ten times: ${values.neighbour_ten_times_p99_ms} ms ` +
    `(alone ${values.neighbour_alone_p99_ms}; ${took.tenTimes.length} commits)`);
  return values;
}

/** How long the neighbour's commits take, while the other does so many times what it may. */
async function beside({ url, hash, keys: [greedyKey, calmKey] }, times, seconds) {
  const server = { url, hash };
  const greedy = times > 0 ? helper('greedy.mjs') : undefined;
  await greedy?.ask('start', { server, key: greedyKey, sockets: kSockets, perSecond: kLimit * times });
  const line = await Line.open(server, calmKey);
  const took = [];
  const sent = [];
  let counts = false;
  line.onReceipt = () => {
    const milliseconds = performance.now() - sent.shift(); // receipts come in the order of the commits
    if (counts) took.push(milliseconds);
  };
  const stop = atRate(kCalm, (n) => {
    sent.push(performance.now());
    line.update(`t${1 + (n % 1000)}`, { title: `calm ${n}` });
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  counts = true;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  stop();
  line.close();
  await greedy?.ask('stop');
  await greedy?.stop();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return took;
}
