// SPDX-License-Identifier: MIT
//
// Contended grants through two servers on one Postgres, with claims that last 100 to 300 ms: agents on sockets who stop past
// their time and then write under their fence, agents with the package's client whose processes are stopped, and others who
// write without asking. Whether the line was kept is read from the log.
import { setTimeout as pause } from 'node:timers/promises';
import { helper } from '../../server/helper.mjs';
import { round } from '../../server/percentile.mjs';
import { checkLines } from '../check-lines.mjs';
import { Contender } from '../contender.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = {
  grants: { min: 'grants_wanted' },
  grants_exclusion_violations: { max: 0 },
  grants_fifo_inversions: { max: 0 },
  grants_fences_not_rising: { max: 0 },
  grants_stale_writes_kept: { max: 0 },
  grants_log_disorders: { max: 0 },
  grants_claims_left: { max: 0 },
};

const kRows = 12;
const kContenders = 24;
const kSleepers = 3;
const kIntruders = 2;

export async function measure({ say, quick }) {
  const wanted = quick ? 300 : 10_000;
  const place = await newClaimsPlace({ tasks: kRows, servers: 2 });
  const serverOf = (n) => place.servers[n % 2];
  const row = () => `t${1 + Math.floor(Math.random() * kRows)}`;
  const open = (name, count) => Promise.all(Array.from({ length: count }, (_, n) => Contender.open(serverOf(n), `${name}-${n}`)));
  const [contenders, intruders] = await Promise.all([open('contender', kContenders), open('intruder', kIntruders)]);
  const sleepers = Array.from({ length: kSleepers }, () => helper(new URL('../sleeper-process.mjs', import.meta.url)));
  await Promise.all(sleepers.map((sleeper, n) =>
    sleeper.ask('start', { url: serverOf(n).url, key: serverOf(n).keys[0], agent: `sleeper-${n}`, rows: kRows })));

  const began = performance.now();
  let running = true;
  const loops = [
    ...contenders.map(async (contender) => {
      while (running) await contender.turn(row());
    }),
    ...intruders.map(async (intruder) => {
      for (; running; await pause(10)) await intruder.intrude(row());
    }),
    ...sleepers.map(async ({ pid }) => {
      for (; running; await pause(300 + Math.random() * 700)) {
        process.kill(pid, 'SIGSTOP');
        await pause(150 + Math.random() * 450);
        process.kill(pid, 'SIGCONT');
      }
    }),
  ];
  const granted = () => place.one(`select count(*) from ablo.log where kind = 'claim' and op = 'grant'`);
  while ((await granted()) < wanted) await pause(250);
  running = false;
  await Promise.all(loops);
  const took = performance.now() - began;
  const slept = await Promise.all(sleepers.map((sleeper) => sleeper.ask('end')));
  for (const each of [...contenders, ...intruders]) each.close();
  await pause(1_000); // what nobody gave back runs out

  const { fates, writes, wrong, left, closest } = checkLines(await place.log(), await place.expiry());
  const misplaced = await place.one(kMisplaced);
  await Promise.all(sleepers.map((sleeper) => sleeper.stop()));
  await place.close();

  for (const [kind, found] of Object.entries(wrong)) for (const what of found.slice(0, 5)) say(`${kind}: ${what}`);
  const sum = (name) => contenders.reduce((total, { counts }) => total + counts[name], 0);
  const values = {
    grants_wanted: wanted,
    grants: fates.grant,
    grants_queued: fates.queue,
    grants_expired: fates.expire,
    grants_canceled: fates.cancel,
    grants_to_stopped_processes: slept.reduce((total, { claimed }) => total + claimed, 0),
    grants_rows_written: writes,
    grants_late_writes: sum('late'),
    grants_late_writes_refused: sum('lateRefused'),
    grants_written_past_time_most_ms: round(closest),
    grants_exclusion_violations: wrong.exclusion.length,
    grants_fifo_inversions: wrong.inversion.length + misplaced,
    grants_fences_not_rising: wrong.fence.length,
    grants_stale_writes_kept: wrong.stale.length,
    grants_log_disorders: wrong.order.length,
    grants_claims_left: left.length,
    grants_per_second: round(fates.grant / (took / 1000), 0),
  };
  say(`${fates.grant} grants, ${fates.queue} of them or others in line before, ${fates.expire} expired; ` +
    `${values.grants_late_writes} late writes, ${values.grants_late_writes_refused} of them refused as claim_lost; ` +
    `refused ${JSON.stringify(total([...contenders, ...intruders].map(({ counts }) => counts.refused)))}, ` +
    `to stopped processes ${JSON.stringify(total(slept.map(({ refused }) => refused)))}`);
  return values;
}

/** Claims whose ticket says another place in their line than the log does. */
const kMisplaced = `
  select count(*) from (
    select row_number() over (partition by k.row_id order by k.ticket) as by_ticket,
      row_number() over (partition by k.row_id order by min(l.seq)) as by_log
    from ablo.claim k join ablo.log l on l.organization = k.organization and l.kind = 'claim' and l.after->>'id' = k.id
    group by k.row_id, k.id, k.ticket) places
  where by_ticket <> by_log`;

function total(counts) {
  const all = {};
  for (const each of counts) for (const [code, times] of Object.entries(each)) all[code] = (all[code] ?? 0) + times;
  return all;
}
