// SPDX-License-Identifier: MIT
//
// I5: a write that was called, or a read that was asked, after another write was confirmed comes after it. The log says
// which order there was, so that only time can contradict it: one sweep over the history.
import type { Event } from '../event';
import { batchesOf, type Checker } from './violation';

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
  return violations;
};
