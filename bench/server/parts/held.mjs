// SPDX-License-Identifier: MIT
//
// While a transaction of psql holds one row, and commits for that row keep coming: how long the organization's other
// commits take, beside the same load when nobody holds anything. Rounds of both alternate.
import pg from 'pg';
import { newPlace } from '../place.mjs';
import { Line } from '../line.mjs';
import { p50, p99, round } from '../percentile.mjs';

export const figures = { held_p99_ratio: { max: 2 } };

const kHeld = 't1';
const kLines = 8;

export async function measure({ say, quick }) {
  const place = await newPlace();
  const others = await Promise.all(Array.from({ length: kLines }, () => Line.open(place.server, place.server.keys[0])));
  const psql = new pg.Client(place.cluster.url);
  await psql.connect();
  const took = { free: [], held: [] };
  for (let n = 0; n < (quick ? 2 : 5); n++) {
    for (const kind of ['free', 'held']) {
      if (kind === 'held') {
        await psql.query('begin');
        await psql.query(`update tasks set title = 'held' where organization_id = 'org-1' and id = $1`, [kHeld]);
      }
      took[kind].push(...(await load(place, others, quick ? 1000 : 3000)));
      if (kind === 'held') await psql.query('rollback');
    }
  }
  await psql.end();
  for (const line of others) line.close();
  await place.close();
  const values = {
    held_free_p50_ms: round(p50(took.free)),
    held_p50_ms: round(p50(took.held)),
    held_free_p99_ms: round(p99(took.free)),
    held_p99_ms: round(p99(took.held)),
    held_p99_ratio: round(p99(took.held) / p99(took.free)),
  };
  say(`beside a held row: p99 ${values.held_p99_ms} ms, free ${values.held_free_p99_ms} ms (${took.held.length} and ${took.free.length} commits)`);
  return values;
}

/** How long the commits of these took, each sending the next when it has its receipt. Somebody else wants the held row. */
async function load({ server }, lines, milliseconds) {
  const wanting = await Line.open(server, server.keys[0]);
  const wants = setInterval(() => wanting.update(kHeld, { title: 'wanted' }), 100);
  const took = [];
  const until = performance.now() + milliseconds;
  await Promise.all(lines.map(async (line) => {
    while (performance.now() < until) {
      const began = performance.now();
      const receipt = new Promise((resolve) => (line.onReceipt = resolve));
      line.update(`t${2 + Math.floor(Math.random() * 9_998)}`, { title: `free ${began}` });
      await receipt;
      took.push(performance.now() - began);
    }
  }));
  clearInterval(wants);
  wanting.close();
  return took;
}
