// SPDX-License-Identifier: MIT
//
// Summary: what happened in a run, in numbers: those of the figure, and a table for people.
import type { Violation } from './checkers/index';
import { claimedIn } from './claimed';
import { eventsOf, type Event } from './event';
import type { Kill } from './killer';
import type { Fault } from './nuisance';
import { databaseRecoveries, patience, percentile, serverRecoveries } from './recovery';
import type { Truth } from './truth';

export interface Happened {
  kills: Record<Kill, number>;
  faults: Partial<Record<Fault, number>>;
  repeated: number;
  foreign: number;
  resumes: number;
  crashes: number;
}

export type Summary = Happened & ReturnType<typeof numbers>;

type History = readonly Event[];
type Violations = readonly Violation[];

export function summaryOf(history: History, truth: Truth, found: Violations, happened: Happened): Summary {
  return { ...happened, ...numbers(history, truth, found) };
}

function numbers(history: History, truth: Truth, found: Violations) {
  const broken = (...promises: string[]) => found.filter(({ promise }) => promises.includes(promise)).length;
  const timesOf = (of: number[]) => {
    const [p50, p99, most] = [50, 99, 100].map((percent) => percentile(of, percent)) as [number, number, number];
    return { p50, p99, most, n: of.length };
  };
  const codes: Record<string, number> = {};
  for (const { code } of eventsOf(history, 'fail')) codes[code ?? ''] = (codes[code ?? ''] ?? 0) + 1;
  const finals = eventsOf(history, 'final');
  return {
    invoked: eventsOf(history, 'invoke').length,
    confirmed: eventsOf(history, 'ok').length,
    rejected: eventsOf(history, 'fail').length,
    unknown: eventsOf(history, 'info').length,
    codes,
    entries: truth.log.length,
    frames: eventsOf(history, 'apply').length,
    reads: eventsOf(history, 'read').length + eventsOf(history, 'view').length,
    probes: eventsOf(history, 'probe').length,
    clientResumes: eventsOf(history, 'welcome').filter(({ start }) => start === 'resume').length,
    loads: eventsOf(history, 'loaded').length,
    clients: finals.length,
    lost: broken('I1', 'I12'),
    doubled: broken('I2', 'I3'),
    misordered: broken('I4', 'I5', 'I6', 'I9', 'I11', 'I16'),
    diverged: broken('I15'),
    nameless: broken('I22'),
    unfair: broken('I14'),
    claimed: claimedIn(history, truth),
    convergedMs: Math.round(Math.max(0, ...finals.map(({ took }) => took))),
    patience: timesOf(patience(history)),
    recovery: timesOf(serverRecoveries(history)),
    recoveryOfDatabase: timesOf(databaseRecoveries(history)),
  };
}

export function tableOf(summary: Summary): string {
  const counts = (of: object) => Object.entries(of).map(([name, n]) => `${n} ${name}`).join(', ') || 'none';
  const times = ({ p50, p99, most, n }: Summary['recovery']) =>
    `p50 ${p50} ms, p99 ${p99} ms, at most ${most} ms, of ${n}`;
  const { kills, faults, confirmed, rejected, unknown, invoked, frames, reads, loads, claimed } = summary;
  const lines: [string, string][] = [
    ['kills', counts(kills)],
    ['other faults', counts(faults)],
    ['commits said twice', String(summary.repeated)],
    ['writes', `${confirmed} confirmed, ${rejected} rejected, ${unknown} unknown, of ${invoked}`],
    ['rejected as', counts(summary.codes)],
    ['claims and bookings', counts(claimed)],
    ['written by SQL', String(summary.foreign)],
    ['log', `${summary.entries} entries, looked at ${summary.probes} times`],
    ['seen', `${frames} frames and ${reads} reads; ${loads} loads, ${summary.clientResumes} resumes`],
    ['confirmed after', times(summary.patience)],
    ['back after a server', times(summary.recovery)],
    ['back after Postgres', times(summary.recoveryOfDatabase)],
    ['in the end', `${summary.clients} clients agree after ${summary.convergedMs} ms`],
  ];
  return lines.map(([name, text]) => `  ${name.padEnd(22)}${text}`).join('\n');
}
