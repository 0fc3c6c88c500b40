// SPDX-License-Identifier: MIT
//
// I11: what a socket was told is the log: no gap, nothing twice, nothing out of order, through any number of resumes.
// Nobody has to load everything again.
import type { Change, Event } from '../event';
import type { Entry } from '../truth';
import { essence } from '../workspace';
import { canonical, type Checker } from './violation';

export const exactStream: Checker = (history, { log }) => {
  const violations: ReturnType<Checker> = [];
  const sessions = new Map<string, Event[]>();
  for (const event of history) {
    if (!['hello', 'loaded', 'apply'].includes(event.kind)) continue;
    if (!sessions.has(event.session)) sessions.set(event.session, []);
    sessions.get(event.session)!.push(event);
  }
  for (const [session, events] of sessions) {
    const what = firstMistake(events, log);
    if (what) violations.push({ promise: 'I11', what: `${session}: ${what}` });
  }
  return violations;
};

function firstMistake(events: readonly Event[], log: readonly Entry[]): string | undefined {
  let cursor: number | undefined;
  for (const event of events) {
    if (event.kind === 'hello') {
      if (event.cursor !== cursor) return `it is at ${cursor}, and said hello at ${event.cursor}`;
    } else if (event.kind === 'loaded') {
      if (cursor !== undefined) return `at ${cursor} it was made to load everything again`;
      cursor = event.seq;
    } else if (event.kind === 'apply') {
      const { from, to, changes } = event;
      if (from !== cursor) return `it is at ${cursor}, and a frame goes on from ${from} to ${to}`;
      const expected = log.slice(from, to);
      const seqs = changes.map((change) => (typeof change === 'number' ? change : change.seq));
      if (to < from || seqs.length !== expected.length || seqs.some((seq, i) => seq !== expected[i]!.seq)) {
        return `a frame from ${from} to ${to} has ${seqs.join(' ')}`;
      }
      const other = changes.findIndex((change, i) => typeof change !== 'number' && differs(change, expected[i]!));
      if (other >= 0) return `it was told ${canonical(changes[other])}; the log has ${canonical(expected[other])}`;
      cursor = to;
    }
  }
  return undefined;
}

function differs({ kind, model, id, op, row }: Change, entry: Entry): boolean {
  if (kind !== entry.kind || model !== entry.model || id !== entry.id || op !== entry.op) return true;
  const shown = row ? canonical(essence(model, row)) : undefined;
  return shown !== (entry.after && kind === 'row' ? canonical(essence(model, entry.after)) : undefined);
}
