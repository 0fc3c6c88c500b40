// SPDX-License-Identifier: MIT
//
// I5: a write that was called, or a read that was asked, after another write was confirmed comes after it. The log says
// which order there was, so that only time can contradict it: one sweep over the history.
import type { Event } from '../event';
import { batchesOf, canonical, type Checker } from './violation';
import { essence } from '../workspace';
import type { Row } from '../event';

export const realTimeOrder: Checker = (history, truth) => {
  const violations: ReturnType<Checker> = [];
  const wrong = (what: string) => violations.push({ promise: 'I5', what });
  const batches = batchesOf(truth);
  const beganAt = (event: Event) => (event.kind === 'read' ? event.began : event.t);
  const sweep = history
    .filter(({ kind }) => kind === 'invoke' || kind === 'receipt' || kind === 'read')
    .sort((a, b) => beganAt(a) - beganAt(b));

  let highest = { seq: 0, key: '' };
  for (const event of sweep) {
    if (event.kind === 'receipt' && event.status === 'confirmed' && event.seq! > highest.seq) {
      highest = { seq: event.seq!, key: event.key };
    } else if (event.kind === 'invoke') {
      const first = batches.get(event.key)?.[0]!.seq;
      if (first !== undefined && first < highest.seq) {
        wrong(`${event.key} is at ${first}; ${highest.key} was confirmed at ${highest.seq} before it was called`);
      }
    } else if (event.kind === 'read' && event.seq < highest.seq) {
      wrong(`a read at ${event.seq} was asked after ${highest.key} was confirmed at ${highest.seq}`);
    }
  }
  return [...violations, ...readsOfTheLog(history, truth)];
};

/** A read is the log up to its place, and nothing else. */
const readsOfTheLog: Checker = (history, { log }) => {
  const violations: ReturnType<Checker> = [];
  const reads = history.filter((event) => event.kind === 'read').sort((a, b) => a.seq - b.seq);
  const rows = new Map<string, Map<string, Row>>();
  let at = 0;
  for (const { seq, model, rows: read } of reads) {
    for (; at < log.length && log[at]!.seq <= seq; at++) {
      const { model: of, id, after } = log[at]!;
      if (!rows.has(of)) rows.set(of, new Map());
      if (after) rows.get(of)!.set(id, essence(of, after));
      else rows.get(of)!.delete(id);
    }
    const expected = rows.get(model) ?? new Map<string, Row>();
    const differing = read.find((row) => canonical(row) !== canonical(expected.get(row['id'] as string)));
    if (read.length === expected.size && !differing) continue;
    const what = differing ? `${canonical(differing)}; the log has ${canonical(expected.get(differing['id'] as string))}` : '';
    violations.push({ promise: 'I5', what: `a read of ${model} at ${seq} has ${read.length} rows of ${expected.size} ${what}` });
  }
  return violations;
};
