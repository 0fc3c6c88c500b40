// SPDX-License-Identifier: MIT
//
// I12: no update goes over another one that it has not seen. Counters grow by one and lists by one item with every
// entry, and are in the end what was confirmed; a transfer went by the balances it saw, and nobody else wrote the
// accounts since its stamp.
import { eventsOf, type Row } from '../event';
import type { Entry, Truth } from '../truth';
import { canonical, type Checker, type Violation } from './violation';

export const lostUpdates: Checker = (history, truth) => [
  ...grown(truth, 'counters', count, (before, after) => count(after) === count(before) + 1),
  ...grown(truth, 'lists', (row) => items(row).length, (before, after) => {
    const isLonger = items(after).length === items(before).length + 1;
    return isLonger && canonical(items(after).slice(0, -1)) === canonical(items(before));
  }),
  ...uncounted(history, truth),
  ...unseen(history, truth),
];

const count = (row: Row) => row['count'] as number;
const items = (row: Row) => row['items'] as string[];
const wrong = (what: string): Violation => ({ promise: 'I12', what });

/** Every entry goes one further, and the row has come as far as there are entries. */
function grown(truth: Truth, model: string, size: (row: Row) => number, isNext: (before: Row, after: Row) => boolean) {
  const last = new Map<string, { row: Row; updates: number }>();
  const violations: Violation[] = [];
  for (const { seq, id, model: of, after } of truth.log) {
    if (of !== model || !after) continue;
    const before = last.get(id);
    if (before && !isNext(before.row, after)) {
      const what = `${canonical(after)} does not go on from ${canonical(before.row)}`;
      violations.push(wrong(`${model} ${id} at ${seq}: ${what}`));
    }
    last.set(id, { row: after, updates: before ? before.updates + 1 : 0 });
  }
  for (const row of truth.rows[model] ?? []) {
    const id = row['id'] as string;
    const updates = last.get(id)?.updates;
    if (size(row) !== updates) violations.push(wrong(`${model} ${id} is ${size(row)} after ${updates} updates`));
  }
  return violations;
}

/** What was confirmed of counters and lists has left its mark there. */
const uncounted: Checker = (history, { log, rows }) => {
  const confirmed = new Set(eventsOf(history, 'ok').map(({ key }) => key));
  const told = eventsOf(history, 'invoke').filter(({ key }) => confirmed.has(key));
  const appended = new Set((rows['lists'] ?? []).flatMap(items));
  const counted = new Set(log.filter(({ model }) => model === 'counters').map(({ key }) => key));
  return told
    .filter(({ work, key }) => (work === 'append' && !appended.has(key)) || (work === 'increment' && !counted.has(key)))
    .map(({ key, work }) => wrong(`the ${work} ${key} was confirmed, and is lost`));
};

const unseen: Checker = (history, { log }) => {
  const violations: Violation[] = [];
  const writes = new Map<string, Entry[]>();
  const asked = new Map(eventsOf(history, 'invoke').map((invoke) => [invoke.key, invoke]));
  for (const entry of log) {
    if (entry.model !== 'accounts') continue;
    if (!writes.has(entry.id)) writes.set(entry.id, []);
    const earlier = writes.get(entry.id)!.slice();
    writes.get(entry.id)!.push(entry);
    const invoke = asked.get(entry.key);
    if (invoke?.work === 'transfer') {
      const saw = invoke.rows.find(({ id }) => id === entry.id)?.saw;
      if (entry.before?.['balance'] !== saw) {
        const over = String(entry.before?.['balance']);
        violations.push(wrong(`${entry.key} saw ${saw} in ${entry.id}, and went over ${over}`));
      }
      const foreign = earlier.find(({ seq, session }) => seq > invoke.readAt! && session !== entry.session);
      if (!foreign) continue;
      violations.push(wrong(`${entry.key} goes by ${invoke.readAt}, and went over ${foreign.key} at ${foreign.seq}`));
    }
  }
  return violations;
};
