// SPDX-License-Identifier: MIT
//
// What it costs those who write without us that their writes are seen, and how long it takes until a client shows them. Runs
// with and without the capture triggers take turns, so that both have the same stretch of the machine's time.
import { Ablo } from '@abloatai/ablo';
import pg from 'pg';
import { pgbench } from '../pgbench.mjs';
import { newPlace } from '../place.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { organization, schema } from '../schema.mjs';

export const figures = {
  foreign_tps_ratio: {},
  foreign_update_ratio: {},
  foreign_wide_update_ratio: {},
  foreign_visible_p99_ms: { max: 250 },
};

const kOrganizations = 64;
const kSmall = 100; // rows of each of them
const kMany = 100_000;

const kUpdateOne = `
\\set o random(1, ${kOrganizations})
\\set i random(1, ${kSmall})
update tasks set count = count + 1 where organization_id = 'org-' || :o and id = 't' || :i;
`;

export async function measure({ say, quick }) {
  const place = await newPlace({ organizations: kOrganizations, rows: kSmall });
  const { cluster, server } = place;
  const sql = new pg.Client(cluster.url);
  await sql.connect();
  const watched = (on) => sql.query(`alter table tasks ${on ? 'enable' : 'disable'} trigger user`);
  await watched(false);
  for (const name of [`'big'`, `'wide-' || i % 20`])
    await sql.query(`insert into tasks (organization_id, id, title, status, count)
      select ${name}, i::text, 'x', 'todo', 0 from generate_series(1, ${kMany}) i`);
  await sql.query('vacuum analyze tasks');

  const bothWays = async (measured) => {
    const taken = { with: [], without: [] };
    for (let n = 0; n < (quick ? 1 : 3); n++)
      for (const way of n % 2 ? ['with', 'without'] : ['without', 'with']) {
        await watched(way === 'with');
        await sql.query('vacuum tasks');
        taken[way].push(await measured());
      }
    await watched(true);
    return [p50(taken.with), p50(taken.without)];
  };
  const timed = async (statement) => {
    const began = performance.now();
    await sql.query(statement);
    return performance.now() - began;
  };
  const tps = await bothWays(async () =>
    (await pgbench(cluster, { clients: 8, seconds: quick ? 1 : 4, script: kUpdateOne })).perSecond);
  const one = await bothWays(() => timed(`update tasks set count = count + 1 where organization_id = 'big'`));
  const wide = await bothWays(() => timed(`update tasks set count = count + 1 where organization_id like 'wide-%'`));
  const shown = await seen(server, sql, quick ? 40 : 300);
  await sql.end();
  await place.close();

  const values = {
    foreign_tps: round(tps[0], 0),
    foreign_tps_without: round(tps[1], 0),
    foreign_tps_ratio: round(tps[0] / tps[1]),
    foreign_update_ms: round(one[0], 0),
    foreign_update_without_ms: round(one[1], 0),
    foreign_update_ratio: round(one[0] / one[1]),
    foreign_wide_update_ms: round(wide[0], 0),
    foreign_wide_update_without_ms: round(wide[1], 0),
    foreign_wide_update_ratio: round(wide[0] / wide[1]),
    foreign_visible_p50_ms: round(p50(shown), 0),
    foreign_visible_p99_ms: round(p99(shown), 0),
  };
  say(`others write ${values.foreign_tps}/s, without us ${values.foreign_tps_without}/s; 100,000 rows in one UPDATE ` +
    `${values.foreign_update_ms} ms, without ${values.foreign_update_without_ms} ms (of 20 organizations ${values.foreign_wide_update_ms}, ` +
    `${values.foreign_wide_update_without_ms}); seen after ${values.foreign_visible_p50_ms} ms, p99 ${values.foreign_visible_p99_ms}`);
  return values;
}

/** How long after its commit each of some changes is shown by a client, in ms. */
async function seen({ url, keys }, sql, changes) {
  const ablo = Ablo({ schema, apiKey: keys[0], baseURL: url, bootstrap: 'full', logLevel: 'silent' });
  await ablo.ready();
  const took = [];
  for (let n = 0; n < changes; n++) {
    const shown = new Promise((resolve) => {
      const stop = ablo.tasks.onChange(() => {
        if (ablo.tasks.get('t1')?.count !== -1 - n) return;
        stop();
        resolve(performance.now());
      });
    });
    await sql.query(`update tasks set count = $1 where organization_id = $2 and id = 't1'`, [-1 - n, organization(1)]);
    const committed = performance.now();
    took.push((await shown) - committed);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100)); // not in step with the server's poll
  }
  await ablo.dispose();
  return took;
}
