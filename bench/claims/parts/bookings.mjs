// SPDX-License-Identifier: MIT
//
// Sixteen agents through two servers book tasks for four owners, each "only if no task of mine is open", and four others write the
// same tables with SQL alone. No booking may stand whose reason had fallen earlier in the log.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { helper } from '../../server/helper.mjs';
import { round } from '../../server/percentile.mjs';
import { checkBookings } from '../check-bookings.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = {
  bookings: { min: 'bookings_wanted' },
  bookings_beside_an_open_task: { max: 0 },
  bookings_whose_premise_had_fallen: { max: 0 },
  bookings_images_torn: { max: 0 },
  bookings_confirmed_and_not_there: { max: 0 },
  bookings_there_and_not_confirmed: { max: 0 },
};

const kAgents = 16;
const kOwners = 4;
const kForeign = 4;
const kProcesses = 4;
const kDeadlock = '40P01';

export async function measure({ say, quick }) {
  const wanted = quick ? 60 : 2_000;
  const place = await newClaimsPlace({ servers: 2 });
  const processes = Array.from({ length: kProcesses }, () => helper(new URL('../booking-process.mjs', import.meta.url)));
  const agents = Array.from({ length: kAgents }, (_, n) => {
    const { url, keys } = place.servers[n % 2];
    return { url, key: keys[0], agent: `agent-${n}`, owner: `owner-${Math.floor(n / 4) % kOwners}` };
  });
  const began = performance.now();
  let running = true;
  const foreign = Array.from({ length: kForeign }, () => interfere(place.cluster.url, () => running));
  await Promise.all(processes.map((process, n) =>
    process.ask('start', { agents: agents.filter((_, agent) => agent % kProcesses === n) })));
  const confirmed = async (ask) =>
    (await Promise.all(processes.map((process) => process.ask(ask)))).reduce((sum, { confirmed }) => sum + confirmed, 0);
  while ((await confirmed('told')) < wanted) await pause(250);
  const told = await confirmed('end');
  const took = performance.now() - began;
  const stale = (await Promise.all(processes.map((process) => process.ask('told')))).reduce((sum, { stale }) => sum + stale, 0);
  running = false;
  const statements = (await Promise.all(foreign)).reduce((sum, count) => sum + count, 0);
  await pause(500); // what others wrote is logged

  const { bookings, wrong } = checkBookings(await place.log());
  await Promise.all(processes.map((process) => process.stop()));
  await place.close();

  for (const [kind, found] of Object.entries(wrong)) for (const what of found.slice(0, 5)) say(`${kind}: ${what}`);
  const values = {
    bookings_wanted: wanted,
    bookings,
    bookings_foreign_transactions: statements,
    bookings_refused: stale,
    bookings_beside_an_open_task: wrong.double.length,
    bookings_whose_premise_had_fallen: wrong.fallen.length,
    bookings_images_torn: wrong.torn.length,
    bookings_confirmed_and_not_there: Math.max(0, told - bookings),
    bookings_there_and_not_confirmed: Math.max(0, bookings - told),
    bookings_per_second: round(bookings / (took / 1000), 0),
  };
  say(`${bookings} bookings beside ${statements} foreign transactions, ${stale} refused as stale; ${values.bookings_per_second}/s`);
  return values;
}

/** Somebody with SQL who opens, closes, hands over and deletes tasks; how many transactions that were. */
async function interfere(url, running) {
  const sql = new pg.Client(url);
  sql.on('error', () => {}); // when a run is broken off the cluster ends first
  await sql.connect();
  const owner = () => `owner-${Math.floor(Math.random() * kOwners)}`;
  const some = `where organization_id = 'org-1' and id = (
    select id from tasks where organization_id = 'org-1' and status = $1 order by random() limit 1)`;
  const acts = [
    () => sql.query(`insert into tasks (organization_id, id, title, owner_id, status)
      values ('org-1', gen_random_uuid()::text, 'foreign', $1, 'open')`, [owner()]),
    () => sql.query(`update tasks set status = 'open' ${some}`, ['done']),
    () => sql.query(`update tasks set owner_id = $2 ${some}`, ['open', owner()]),
    () => sql.query(`update tasks set status = 'done' where organization_id = 'org-1' and status = 'open' and owner_id = $1`, [owner()]),
    () => sql.query(`delete from tasks ${some}`, ['open']),
  ];
  let transactions = 0;
  while (running()) {
    await sql.query('begin');
    try {
      for (let n = Math.random() < 0.3 ? 2 : 1; n > 0; n--) await acts[Math.floor(Math.random() * acts.length)]();
      await pause(Math.random() * 5);
      await sql.query(Math.random() < 0.1 ? 'rollback' : 'commit');
      transactions++;
    } catch (error) {
      if (error.code !== kDeadlock) throw error; // two of them wanted each other's rows
      await sql.query('rollback');
    }
    await pause(20 + Math.random() * 60);
  }
  await sql.end();
  return transactions;
}
