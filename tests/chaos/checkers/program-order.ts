// SPDX-License-Identifier: MIT
//
// I9: writes of one client take effect in the order they were called. One that came too late and was made anew (a later
// attempt) was sent again later, and is left out.
import { eventsOf } from '../event';
import { batchesOf, type Checker } from './violation';

export const programOrder: Checker = (history, truth) => {
  const violations: ReturnType<Checker> = [];
  const batches = batchesOf(truth);
  const first = new Set(
    truth.decisions.filter(({ attempt, status }) => attempt === 1 && status === 'confirmed').map(({ key }) => key),
  );
  const before = new Map<string, { seq: number; key: string }>();
  for (const { session, key } of eventsOf(history, 'invoke')) {
    const seq = first.has(key) ? batches.get(key)?.[0]!.seq : undefined;
    if (seq === undefined) continue;
    const earlier = before.get(session);
    if (earlier && seq < earlier.seq) {
      const what = `${session} called ${earlier.key} (at ${earlier.seq}) before ${key} (at ${seq})`;
      violations.push({ promise: 'I9', what });
    }
    if (!earlier || seq > earlier.seq) before.set(session, { seq, key });
  }
  return violations;
};
