// SPDX-License-Identifier: MIT
//
// I16: what a server answers, and what a client shows that writes nothing itself, is the log up to one place: nothing
// missing, nothing early, at any time. Only what SQL changed may be seen before the log has it: a transaction of others that
// could not log it at once left that to a server.
import type { EventOf, Row } from '../event';
import { essence } from '../workspace';
import type { Entry } from '../truth';
import { canonical, isForeign, type Checker } from './violation';

export const wholePrefix: Checker = (history, { log }) => {
  const violations: ReturnType<Checker> = [];
  const seen = history
    .filter((event): event is EventOf<'read' | 'view'> => event.kind === 'read' || event.kind === 'view')
    .sort((a, b) => a.seq - b.seq);
  const rows = new Map<string, Map<string, string>>();
  const foreign = foreignOf(log);
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
    const early = (row: Row) =>
      (foreign.get(`${model}/${row['id'] as string}`) ?? [])
        .some(({ seq: place, before, image }) => place > seq && before <= seq && image === canonical(row));
    const texts = new Map(shown.map((row) => [row['id'] as string, canonical(row)]));
    const other = shown.find((row) => canonical(row) !== expected.get(row['id'] as string) && !early(row));
    const missing = [...expected.keys()].find((id) => !texts.has(id));
    const isTwice = texts.size !== shown.length;
    if (!other && missing === undefined && !isTwice) continue;
    const what = other
      ? `: ${canonical(other)}; the log has ${expected.get(other['id'] as string)}`
      : missing === undefined ? ', one of them twice' : `, and not ${missing}`;
    violations.push({
      promise: 'I16',
      what: `${session} saw ${shown.length} rows of ${model} at ${seq}; the log has ${expected.size}${what}`,
    });
  }
  return violations;
};

interface Foreign {
  seq: number;
  /** The last entry of this row that was ours: this one may be seen early, but not before that. */
  before: number;
  image: string | undefined;
}

/** What SQL has changed, by the row. */
function foreignOf(log: readonly Entry[]): Map<string, Foreign[]> {
  const changes = new Map<string, Foreign[]>();
  const ours = new Map<string, number>();
  for (const entry of log) {
    const { kind, seq, model, id, after } = entry;
    if (kind !== 'row') continue;
    const row = `${model}/${id}`;
    if (!isForeign(entry)) {
      ours.set(row, seq);
      continue;
    }
    if (!changes.has(row)) changes.set(row, []);
    const image = after ? canonical(essence(model, after)) : undefined;
    changes.get(row)!.push({ seq, before: ours.get(row) ?? 0, image });
  }
  return changes;
}
