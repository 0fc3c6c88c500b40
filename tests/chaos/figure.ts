// SPDX-License-Identifier: MIT
//
// Figure: whether a run holds, as the one line that machines read.
import { kConverged } from './checkers/convergence';
import type { ChaosOptions } from './options';
import type { Outcome } from './run';

/** With a planted bug it holds if the bug was found. */
export function figureOf(options: ChaosOptions, { summary, violations }: Outcome) {
  const { kills, confirmed, rejected, unknown, lost, doubled, misordered, diverged, nameless, unfair, convergedMs } = summary;
  const { postmaster, committed, ...others } = kills;
  const values = {
    serverKills: committed + others['in flight'] + others['any time'],
    killedAfterCommit: committed,
    postmasterKills: postmaster,
    servers: options.servers,
    seed: options.seed,
    confirmed, rejected, unknown, lost, doubled, misordered, diverged, nameless, unfair, convergedMs,
    ...summary.claimed,
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
    claimsGranted: 1, writesUnderClaims: 1, lateWritesRefused: 1, premisesConfirmed: 1,
    claimViolations: 0, unfair: 0, fifoInversions: 0, announcedNotDurable: 0, premisesFallen: 0,
  };
  const least = [
    'serverKills', 'killedAfterCommit', 'postmasterKills', 'confirmed',
    'claimsGranted', 'writesUnderClaims', 'lateWritesRefused', 'premisesConfirmed', // or nothing was tried
  ];
  const holds = Object.entries(bounds).every(([name, bound]) => {
    const value = values[name as keyof typeof values];
    return least.includes(name) ? value >= bound : value <= bound;
  });
  const found = violations.some(({ promise }) => options.plant?.breaks.includes(promise));
  return { figure: 'chaos', holds: options.plant ? found : holds, values, bounds };
}
