// SPDX-License-Identifier: MIT
//
// I16: what a server answers, and what a client shows that writes nothing itself, is the log up to one place and
// nothing else, at any time.
import type { EventOf, Row } from '../event';
import { essence } from '../workspace';
import { canonical, type Checker } from './violation';

export const wholePrefix: Checker = (history, { log }) => {
  const violations: ReturnType<Checker> = [];
  const seen = history
    .filter((event): event is EventOf<'read' | 'view'> => event.kind === 'read' || event.kind === 'view')
    .sort((a, b) => a.seq - b.seq);
  const rows = new Map<string, Map<string, string>>();
  let at = 0;
  for (const { session, seq, model, rows: shown } of seen) {
    for (; at < log.length && log[at]!.seq <= seq; at++) {
      const { kind, model: of, id, after } = log[at]!;
      if (kind !== 'row') continue;
      if (!rows.has(of)) rows.set(of, new Map());
      if (after) rows.get(of)!.set(id, canonical(essence(of, after)));
      else rows.get(of)!.delete(id);
    }
    const expected = rows.get(model) ?? new Map<string, string>();
    const other = shown.find((row: Row) => canonical(row) !== expected.get(row['id'] as string));
    if (shown.length === expected.size && !other) continue;
    const what = other ? `: ${canonical(other)}; the log has ${expected.get(other['id'] as string)}` : '';
    violations.push({
      promise: 'I16',
      what: `${session} saw ${shown.length} rows of ${model} at ${seq}; the log has ${expected.size}${what}`,
    });
  }
  return violations;
};
