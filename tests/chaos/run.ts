// SPDX-License-Identifier: MIT
//
// A run: everything is started, faults happen while clients write, then the faults stop, everybody is asked what they
// have, and all of it is held against the database.
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random';
import { checkers, type Violation } from './checkers/index';
import { Clients } from './clients';
import { monotonic } from './clock';
import type { End } from './event';
import { History, readHistory } from './history';
import { Killer, type Kill } from './killer';
import { Nuisance } from './nuisance';
import { Observer } from './observer';
import type { ChaosOptions } from './options';
import { Outsider } from './outsider';
import { Probe } from './probe';
import { kOrganization, Stage } from './stage';
import { summaryOf, type Summary } from './summary';
import { nobodyClaims, readTruth } from './truth';

const kSkew = 600_000; // ms that a clock is wrong by, at most
const kConvergence = 30_000; // ms after which nobody waits any more; the bound is the checker's

export interface Outcome {
  summary: Summary;
  violations: Violation[];
}

export async function run(options: ChaosOptions, say: (line: string) => void): Promise<Outcome> {
  const random = new Random(options.seed);
  const draw = () => new Random(random.below(2 ** 31));
  let nuisance: Nuisance | undefined;
  const clocks = draw();
  const skew = () => clocks.below(2 * kSkew) - kSkew;
  const stage = await Stage.open({ servers: options.servers, again: () => nuisance?.again(), sql: options.plant?.sql, skew });
  const { directory, place, cluster, targets, sockets } = stage;
  const history = new History(directory, 'main');
  const staying = Array.from({ length: options.processes }, (_, i) => {
    const many = { writers: options.writers, claimers: 3, bookers: 2, rate: options.rate / options.processes };
    return new Clients({ ...place, name: `p${i}`, directory, ...many, seed: random.below(2 ** 31), skew: skew() });
  });
  const few = { writers: 0, claimers: 3, bookers: 1, rate: 0 };
  const sleepers = new Clients({ ...place, name: 's', directory, ...few, seed: random.below(2 ** 31), skew: skew() });
  const clients = [...staying, sleepers];
  const observer = new Observer('observer', place, history);
  const probe = new Probe(cluster.url, kOrganization, history);
  const total = (kind: End) => clients.reduce((sum, of) => sum + of[kind], 0);
  let outsider: Outsider | undefined;
  let keep = true;
  try {
    await Promise.all(clients.map((of) => of.ready()));
    const killer = new Killer(targets, cluster, history, draw(), () => total('ok') / options.writes);
    nuisance = new Nuisance(cluster.url, history, draw());
    nuisance.start(sockets, targets, sleepers);
    outsider = new Outsider(cluster.url, draw());
    for (const of of clients) of.write();

    const began = monotonic();
    const all = options.kills + options.postmasterKills;
    await killer.run(options.kills, options.postmasterKills, (kill: Kill, n: number) => {
      const seconds = Math.round((monotonic() - began) / 1_000);
      say(`  ${String(seconds).padStart(4)} s  kill ${n} of ${all}, ${kill}; ${total('ok')} writes confirmed`);
    });
    while (total('ok') < options.writes) await pause(100);

    await Promise.all([nuisance.stop(), outsider.stop()]);
    const since = monotonic();
    history.record('main', { kind: 'fault', what: 'no more' });
    const late = pause(kConvergence, undefined, { ref: false }).then(() => {
      throw new Error(`The clients did not come to rest within ${kConvergence / 1_000} s.`);
    });
    await Promise.race([late, Promise.all(clients.map((of) => of.stop()))]);
    const head = await headOf(cluster.url);
    await Promise.race([late, Promise.all(clients.map((of) => of.show(head, since)))]);
    say(`  everybody has the log up to ${head}, ${Math.round(monotonic() - since)} ms after the last fault`);
    while (observer.cursor! < head) await Promise.race([late, pause(10)]);

    await Promise.race([late, nobodyClaims(cluster.url)]);
    observer.close();
    await probe.close();
    history.flush();
    const seen = readHistory(directory);
    const truth = await readTruth(cluster.url);
    const violations = Object.values(checkers).flatMap((check) => check(seen, truth));
    const crashes = targets.reduce((sum, { server }) => sum + server.crashes, 0);
    if (crashes > 0) violations.push({ promise: 'I22', what: `a server ended by itself, ${crashes} times` });
    keep = options.keep || (violations.length > 0 && !options.plant);
    const summary = summaryOf(seen, truth, violations, {
      kills: killer.done, faults: nuisance.done, repeated: sockets.repeated, foreign: outsider.writes, resumes: observer.resumes, crashes,
    });
    return { summary, violations };
  } finally {
    await Promise.all([nuisance?.stop(), outsider?.stop()]);
    observer.close();
    for (const of of clients) of.end();
    await probe.close();
    history.flush();
    await stage.close({ keep });
    if (keep) say(`  the history is in ${directory}`);
  }
}

async function headOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ head: number }>('select max(seq)::float8 as head from ablo.log');
  await client.end();
  return rows[0]!.head;
}
