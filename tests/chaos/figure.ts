// SPDX-License-Identifier: MIT
//
// Figure: whether a run holds, as the one line that machines read.
import { kConverged } from './checkers/convergence';
import type { ChaosOptions } from './options';
import type { Summary } from './summary';

export function figureOf(options: ChaosOptions, summary: Summary) {
  const { kills, confirmed, rejected, unknown, lost, doubled, misordered, diverged, nameless, convergedMs } = summary;
  const { postmaster, committed, ...others } = kills;
  const values = {
    serverKills: committed + others['in flight'] + others['any time'],
    killedAfterCommit: committed,
    postmasterKills: postmaster,
    servers: options.servers,
    seed: options.seed,
    confirmed, rejected, unknown, lost, doubled, misordered, diverged, nameless, convergedMs,
    crashes: summary.crashes,
    recoveryP50Ms: summary.recovery.p50,
    recoveryP99Ms: summary.recovery.p99,
  };
  const bounds = {
    serverKills: options.kills,
    killedAfterCommit: Math.floor(options.kills / 3),
    postmasterKills: options.postmasterKills,
    confirmed: options.writes,
    lost: 0, doubled: 0, misordered: 0, diverged: 0, nameless: 0, crashes: 0,
    convergedMs: kConverged,
  };
  const least = ['serverKills', 'killedAfterCommit', 'postmasterKills', 'confirmed'];
  const holds = Object.entries(bounds).every(([name, bound]) => {
    const value = values[name as keyof typeof values];
    return least.includes(name) ? value >= bound : value <= bound;
  });
  return { figure: 'chaos', holds, values, bounds };
}
