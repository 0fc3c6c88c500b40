// SPDX-License-Identifier: MIT
//
// I3: what was refused has no effect, then or later. What is not known may have had one.
import { eventsOf } from '../event';
import { batchesOf, type Checker } from './violation';

export const finalRejection: Checker = (history, truth) => {
  const batches = batchesOf(truth);
  const wrong = (what: string) => ({ promise: 'I3', what });
  const effective = eventsOf(history, 'fail')
    .filter(({ key }) => batches.has(key))
    .map(({ key, code, session }) => {
      return wrong(`${session} was told that ${key} is refused (${code}); the log has it at ${batches.get(key)![0]!.seq}`);
    });
  const confirmed = new Map(
    truth.decisions.filter(({ status }) => status === 'confirmed').map(({ key, attempt, seq }) => [`${attempt} of ${key}`, seq]),
  );
  const reversed = eventsOf(history, 'receipt')
    .filter(({ key, attempt, status }) => status === 'rejected' && confirmed.has(`${attempt} of ${key}`))
    .map(({ key, attempt, code }) => wrong(`attempt ${attempt} of ${key} was rejected (${code}), and recorded as confirmed`));
  return [...effective, ...reversed];
};
