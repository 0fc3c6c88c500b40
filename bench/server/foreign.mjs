// SPDX-License-Identifier: MIT
//
// foreign: what it costs those who write without us that their writes are seen, and how long it takes until a client shows
// them. Runs with and without the capture triggers take turns, so that both have the same stretch of the machine's time.
//
//   node --import tsx bench/server/foreign.mjs [--quick] [--postgres newest]
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import pg from 'pg';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer } from '@abloatai/ablo/testing';
import { startPostgres } from '../../tests/support/postgres';
import { debianBin } from '../../tests/support/postgres-version';
import { until } from '../../tests/support/until';

const { values: asked } = parseArgs({ options: { quick: { type: 'boolean' }, postgres: { type: 'string' } } });
const rounds = asked.quick ? 1 : 3;
const seconds = asked.quick ? 1 : 4;
const changes = asked.quick ? 40 : 300;
const many = 100_000;
const connections = 8;
const bounds = { visible_p99_ms: 250 };

const schema = defineSchema({ tasks: model({ title: z.string(), count: z.number() }) });
const script = join(tmpdir(), `ablo-foreign-${process.pid}.sql`);
writeFileSync(script, `\\set o random(0, 63)
\\set i random(1, 100)
update tasks set count = count + 1 where organization_id = 'o' || :o and id = :i::text;
`);

const median = (list) => at(list, 0.5);
const at = (list, part) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];

const cluster = await startPostgres([], asked.postgres === 'newest' ? 'newest' : 'debian');
const server = await testServer({ schema, databaseUrl: cluster.url });
const sql = new pg.Client(cluster.url);
await sql.connect();

const watched = (on) => sql.query(`alter table tasks ${on ? 'enable' : 'disable'} trigger user`);
async function timed(statement) {
  const start = performance.now();
  await sql.query(statement);
  return performance.now() - start;
}

/** Transactions a second of others, each an update of one row. */
async function pgbench() {
  const options = ['-n', '-c', connections, '-j', 1, '-T', seconds, '-f', script, cluster.url].map(String);
  const { stdout } = await promisify(execFile)(join(debianBin(), 'pgbench'), options);
  if (!/failed transactions: 0 /.test(stdout)) throw new Error(stdout);
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

/** `measure` with the triggers and without, in turns; the medians. */
async function bothWays(measure) {
  const taken = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 ? ['with', 'without'] : ['without', 'with']) {
      await watched(way === 'with');
      await sql.query('vacuum tasks');
      taken[way].push(await measure());
    }
  }
  await watched(true);
  return [median(taken.with), median(taken.without)];
}

await watched(false);
await sql.query(`insert into tasks (organization_id, id, title, count)
  select 'o' || o, i::text, 'x', 0 from generate_series(0, 63) o, generate_series(1, 100) i`);
await sql.query(`insert into tasks (organization_id, id, title, count)
  select 'big', i::text, 'x', 0 from generate_series(1, ${many}) i`);
await sql.query(`insert into tasks (organization_id, id, title, count)
  select 'wide' || i % 20, i::text, 'x', 0 from generate_series(1, ${many}) i`);
await sql.query('vacuum analyze tasks');

const [tps, tpsPlain] = await bothWays(pgbench);
const [one, onePlain] = await bothWays(() => timed(`update tasks set count = count + 1 where organization_id = 'big'`));
const [wide, widePlain] = await bothWays(() => timed(`update tasks set count = count + 1 where organization_id like 'wide%'`));

const client = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, bootstrap: 'full' });
await client.ready();
await sql.query(`insert into tasks (organization_id, id, title, count) values ('default', 't', 'x', -1)`);
const shown = [];
for (let n = 0; n < changes; n++) {
  await sql.query(`update tasks set count = $1 where organization_id = 'default' and id = 't'`, [n]);
  const committed = performance.now();
  while (client.tasks.retrieve('t')?.count !== n) await new Promise((resolve) => setTimeout(resolve, 1));
  shown.push(performance.now() - committed);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 100)); // not in step with the server's poll
}
await client.dispose();
await until('nothing is under way', async () => (await sql.query('select from ablo.backlog')).rowCount === 0);
await sql.end();
await server.close();
await cluster.stop();

const round = (number, digits = 0) => Number(number.toFixed(digits));
const values = {
  tps: round(tps), tps_without: round(tpsPlain), tps_ratio: round(tps / tpsPlain, 2),
  update_ms: round(one), update_ms_without: round(onePlain), update_ratio: round(one / onePlain, 2),
  wide_update_ms: round(wide), wide_update_ms_without: round(widePlain), wide_update_ratio: round(wide / widePlain, 2),
  visible_p50_ms: round(at(shown, 0.5)), visible_p99_ms: round(at(shown, 0.99)),
};
const line = (what, ours, plain, ratio) => console.log(what.padEnd(58) + [ours, plain, ratio].map((n) => `${n}`.padStart(10)).join(''));
line('', 'seen', 'unseen', 'ratio');
line(`transactions a second, ${connections} connections, 64 organizations`, values.tps, values.tps_without, values.tps_ratio);
line(`one UPDATE of ${many} rows of one organization, ms`, values.update_ms, values.update_ms_without, values.update_ratio);
line(`one UPDATE of ${many} rows of 20 organizations, ms`, values.wide_update_ms, values.wide_update_ms_without, values.wide_update_ratio);
line('committed → shown by a client, p50 and p99, ms', values.visible_p50_ms, values.visible_p99_ms, '');
const holds = Object.entries(bounds).every(([name, bound]) => values[name] <= bound);
console.log(JSON.stringify({ figure: 'foreign', holds, values, bounds }));
process.exit(holds ? 0 : 1);
