// SPDX-License-Identifier: MIT
//
// I12: no update goes over another one that it has not seen. Counters grow by one and lists by one item with every entry, and
// are in the end what was confirmed; a transfer went by the balances it saw, and nobody else wrote the accounts since its stamp.
import { eventsOf, type Row } from '../event';
import type { Entry, Truth } from '../truth';
import { canonical, type Checker, type Violation } from './violation';

export const lostUpdates: Checker = (history, truth) => [
  ...grown(truth, 'counters', ({ count }) => count as number, (before, after) => after['count'] === (before['count'] as number) + 1),
  ...grown(truth, 'lists', ({ items }) => (items as string[]).length, (before, after) => {
    const [old, now] = [before['items'] as string[], after['items'] as string[]];
    return now.length === old.length + 1 && canonical(now.slice(0, -1)) === canonical(old);
  }),
  ...uncounted(history, truth),
  ...unseen(history, truth),
];

const wrong = (what: string): Violation => ({ promise: 'I12', what });

/** Every entry goes one further, and the row has come as far as there are entries. */
function grown(truth: Truth, model: string, size: (row: Row) => number, isNext: (before: Row, after: Row) => boolean) {
  const last = new Map<string, { row: Row; updates: number }>();
  const violations: Violation[] = [];
  for (const { seq, id, model: of, after } of truth.log) {
    if (of !== model || !after) continue;
    const before = last.get(id);
    if (before && !isNext(before.row, after)) {
      violations.push(wrong(`${model} ${id} at ${seq} does not go on from ${canonical(before.row)}: ${canonical(after)}`));
    }
    last.set(id, { row: after, updates: before ? before.updates + 1 : 0 });
  }
  for (const row of truth.rows[model] ?? []) {
    const updates = last.get(row['id'] as string)?.updates;
    if (size(row) !== updates) violations.push(wrong(`${model} ${String(row['id'])} is ${size(row)} after ${updates} updates`));
  }
  return violations;
}

/** What was confirmed of counters and lists has left its mark there. */
const uncounted: Checker = (history, { log, rows }) => {
  const confirmed = new Set(eventsOf(history, 'ok').map(({ key }) => key));
  const told = eventsOf(history, 'invoke').filter(({ key }) => confirmed.has(key));
  const items = new Set<string>((rows['lists'] ?? []).flatMap((row) => row['items'] as string[]));
  const counted = new Set(log.filter(({ model }) => model === 'counters').map(({ key }) => key));
  return told
    .filter(({ work, key }) => (work === 'append' && !items.has(key)) || (work === 'increment' && !counted.has(key)))
    .map(({ key, work }) => wrong(`the ${work} ${key} was confirmed, and is lost`));
};

const unseen: Checker = (history, { log }) => {
  const violations: Violation[] = [];
  const writes = new Map<string, Entry[]>();
  const asked = new Map(eventsOf(history, 'invoke').map((invoke) => [invoke.key, invoke]));
  for (const entry of log) {
    if (entry.model !== 'accounts') continue;
    if (!writes.has(entry.id)) writes.set(entry.id, []);
    const earlier = writes.get(entry.id)!;
    const invoke = asked.get(entry.key);
    if (invoke?.work === 'transfer') {
      const saw = invoke.rows.find(({ id }) => id === entry.id)?.saw;
      if (entry.before?.['balance'] !== saw) {
        violations.push(wrong(`${entry.key} saw ${saw} in ${entry.id}, and went over ${String(entry.before?.['balance'])}`));
      }
      const foreign = earlier.find(({ seq, session }) => seq > invoke.readAt! && session !== entry.session);
      if (foreign) violations.push(wrong(`${entry.key} goes by ${invoke.readAt}, and went over ${foreign.key} at ${foreign.seq}`));
    }
    earlier.push(entry);
  }
  return violations;
};
