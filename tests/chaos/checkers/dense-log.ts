// SPDX-License-Identifier: MIT
//
// I4: the log counts 1, 2, 3 …, and whoever sees a place sees every place before it, at any time.
import { eventsOf } from '../event';
import type { Checker } from './violation';

export const denseLog: Checker = (history, { log }) => {
  const wrong = (what: string) => ({ promise: 'I4', what });
  const first = log.findIndex(({ seq }, i) => seq !== i + 1);
  const gaps = first < 0 ? [] : [wrong(`the log is not dense: ${log[first]!.seq} is entry ${first + 1}`)];
  const holes = eventsOf(history, 'probe')
    .filter(({ after, min, max, count }) => count > 0 && (min !== after + 1 || max - min + 1 !== count))
    .map(({ after, min, max, count }) => wrong(`after ${after} there were ${count} entries, from ${min} to ${max}`));
  const heads = eventsOf(history, 'probe').filter(({ count }) => count > 0);
  const falls = heads
    .filter(({ max }, i) => i > 0 && max < heads[i - 1]!.max)
    .map(({ max }) => wrong(`the head of the log fell to ${max}`));
  return [...gaps, ...holes, ...falls];
};
