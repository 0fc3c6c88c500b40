// SPDX-License-Identifier: MIT
//
// Sixteen writers count one row up through two servers, twelve of them with a function of the row and four guarded by
// `readAt`. The counter is to be what was confirmed.
import { helper } from '../../server/helper.mjs';
import { round } from '../../server/percentile.mjs';
import { checkCounter } from '../check-counter.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = {
  increments_counted: { min: 'increments_wanted' },
  increments_confirmed_and_not_counted: { max: 0 },
  increments_counted_and_not_confirmed: { max: 0 },
  increments_lost: { max: 0 },
};

const kWriters = 16;
const kProcesses = 4;

export async function measure({ say, quick }) {
  const wanted = quick ? 240 : 20_000;
  const place = await newClaimsPlace({ servers: 2 });
  const processes = Array.from({ length: kProcesses }, () => helper(new URL('../counting-process.mjs', import.meta.url)));
  const writers = Array.from({ length: kWriters }, (_, n) => {
    const { url, keys } = place.servers[n % 2];
    return { url, key: keys[0], agent: `writer-${n}`, way: n % kProcesses < 3 ? 'function' : 'readAt' };
  });
  const began = performance.now();
  const told = await Promise.all(processes.map((process, n) =>
    process.ask('count', { writers: writers.filter((_, writer) => Math.floor(writer / kProcesses) === n), increments: wanted / kProcesses })));
  const took = performance.now() - began;
  const { n, increments, lost } = checkCounter(await place.log(), 'c1');
  const inTable = await place.one(`select n::int from counters where organization_id = 'org-1' and id = 'c1'`);
  await Promise.all(processes.map((process) => process.stop()));
  await place.close();

  for (const what of lost.slice(0, 5)) say(`lost: ${what}`);
  if (inTable !== n) lost.push(`the table says ${inTable}, the log ${n}`);
  const confirmed = told.reduce((sum, { confirmed }) => sum + confirmed, 0);
  const values = {
    increments_wanted: wanted,
    increments_confirmed: confirmed,
    increments_counted: n,
    increments_confirmed_and_not_counted: Math.max(0, confirmed - increments),
    increments_counted_and_not_confirmed: Math.max(0, increments - confirmed),
    increments_lost: lost.length,
    increments_begun_again: told.reduce((sum, { again }) => sum + again, 0),
    increments_row_locked: told.reduce((sum, { locked }) => sum + locked, 0),
    increments_per_second: round(confirmed / (took / 1000), 0),
  };
  say(`${confirmed} increments were confirmed, and the counter is ${n}; ${values.increments_begun_again} were told to begin again, ` +
    `${values.increments_row_locked} of them because the row was locked for too long; ${values.increments_per_second}/s`);
  return values;
}
