// SPDX-License-Identifier: MIT
//
// While a transaction of psql holds one row, or thirty, and commits for those rows keep coming: how long the organization's
// other commits take, beside the same load when nobody holds anything. Rounds alternate.
import pg from 'pg';
import { newPlace } from '../place.mjs';
import { Line } from '../line.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { atRate } from '../rate.mjs';

export const figures = { held_p99_ratio: { max: 2 }, held_many_p99_ratio: { max: 2 } };

const kMany = 30;
const kLines = 8;
const kRounds = { free: 0, held: 1, many: kMany }; // rows held

export async function measure({ say, quick }) {
  const place = await newPlace();
  const others = await Promise.all(Array.from({ length: kLines }, () => Line.open(place.server, place.server.keys[0])));
  const psql = new pg.Client(place.cluster.url);
  await psql.connect();
  const took = { free: [], held: [], many: [] };
  for (let n = 0; n < (quick ? 1 : 5); n++) {
    for (const [kind, rows] of Object.entries(kRounds)) {
      await psql.query('begin');
      await psql.query(
        `update tasks set title = 'held' where organization_id = 'org-1' and id = any (select 't' || i from generate_series(1, $1) i)`, [rows]);
      took[kind].push(...(await load(place, others, quick ? 1000 : 3000)));
      await psql.query('rollback');
    }
  }
  await psql.end();
  for (const line of others) line.close();
  await place.close();
  const values = {
    held_free_p50_ms: round(p50(took.free)),
    held_p50_ms: round(p50(took.held)),
    held_many_p50_ms: round(p50(took.many)),
    held_free_p99_ms: round(p99(took.free)),
    held_p99_ms: round(p99(took.held)),
    held_many_p99_ms: round(p99(took.many)),
    held_p99_ratio: round(p99(took.held) / p99(took.free)),
    held_many_p99_ratio: round(p99(took.many) / p99(took.free)),
  };
  say(`beside a held row: p99 ${values.held_p99_ms} ms, beside ${kMany}: ${values.held_many_p99_ms}, free: ${values.held_free_p99_ms} ` +
    `(${took.held.length}, ${took.many.length} and ${took.free.length} commits)`);
  return values;
}

/** How long the commits of these took, each sending the next when it has its receipt. Others want the rows that are held. */
async function load({ server }, lines, milliseconds) {
  const wanting = await Promise.all(Array.from({ length: kMany }, () => Line.open(server, server.keys[0])));
  const stop = atRate(kMany, (n) => wanting[n % kMany].update(`t${1 + (n % kMany)}`, { title: 'wanted' }));
  const took = [];
  const until = performance.now() + milliseconds;
  await Promise.all(lines.map(async (line) => {
    while (performance.now() < until) {
      const began = performance.now();
      const receipt = new Promise((resolve) => (line.onReceipt = resolve));
      line.update(`t${kMany + 1 + Math.floor(Math.random() * 9_900)}`, { title: `free ${began}` });
      await receipt;
      took.push(performance.now() - began);
    }
  }));
  stop();
  for (const line of wanting) line.close();
  return took;
}
