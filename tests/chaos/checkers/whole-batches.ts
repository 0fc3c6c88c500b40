// SPDX-License-Identifier: MIT
//
// I6: operations of one commit are side by side in the log, and nobody sees some of them: no frame ends between them,
// and what is moved between accounts is never missing, in the log, in what a server answers, in what a client shows.
import { eventsOf, type Row } from '../event';
import { kBalance, seeded } from '../workspace';
import { batchesOf, type Checker } from './violation';

const kSum = kBalance * seeded.accounts.length;
const sumOf = (rows: readonly Row[]) => rows.reduce((sum, { balance }) => sum + (balance as number), 0);

export const wholeBatches: Checker = (history, truth) => {
  const violations: ReturnType<Checker> = [];
  const wrong = (what: string) => violations.push({ promise: 'I6', what });

  const inside = new Map<number, string>(); // places that are not the last of their commit
  const balances = new Map<string, number>();
  for (const [key, batch] of batchesOf(truth)) {
    const apart = batch.some(({ seq, index }, i) => seq !== batch[0]!.seq + i || index !== i);
    if (apart) wrong(`${key} is not in one piece: ${batch.map(({ seq, index }) => `${seq}.${index}`).join(' ')}`);
    for (const { seq } of batch.slice(0, -1)) inside.set(seq, key);
    for (const { model, id, after } of batch) {
      if (model === 'accounts' && after) balances.set(id, after['balance'] as number);
    }
    const sum = [...balances.values()].reduce((a, b) => a + b, 0);
    if (balances.size < seeded.accounts.length || sum === kSum) continue;
    wrong(`after ${key} the accounts hold ${sum} of ${kSum}`);
  }

  for (const { session, from, to } of eventsOf(history, 'apply')) {
    const cut = inside.get(to) ?? inside.get(from);
    if (cut !== undefined) wrong(`a frame to ${session}, from ${from} to ${to}, holds a part of ${cut}`);
  }
  for (const event of history) {
    if ((event.kind !== 'read' && event.kind !== 'view') || event.model !== 'accounts') continue;
    if (event.rows.length !== seeded.accounts.length || sumOf(event.rows) === kSum) continue;
    wrong(`${event.session} saw accounts that hold ${sumOf(event.rows)} of ${kSum} at ${event.t}`);
  }
  return violations;
};
