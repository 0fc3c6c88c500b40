// SPDX-License-Identifier: MIT
//
// I1: what was confirmed is in the log, once, at the place that was named, whatever crashed afterwards.
import { eventsOf } from '../event';
import { batchesOf, type Checker } from './violation';

export const durableConfirm: Checker = (history, truth) => {
  const batches = batchesOf(truth);
  const wrong = (what: string) => ({ promise: 'I1', what });
  const lost = eventsOf(history, 'ok')
    .filter(({ key }) => !batches.has(key))
    .map(({ key, session }) => wrong(`${key} was confirmed to ${session}, and is not in the log`));
  const misplaced = eventsOf(history, 'receipt')
    .filter(({ status }) => status === 'confirmed')
    .filter(({ key, seq }) => batches.get(key)?.at(-1)!.seq !== seq)
    .map(({ key, seq, session }) => {
      const found = batches.get(key)?.map((entry) => entry.seq).join(', ') ?? 'nowhere';
      return wrong(`${session} was told that ${key} is at ${seq}; the log has it at ${found}`);
    });
  return [...lost, ...misplaced];
};
