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
      const { seq } = batches.get(key)![0]!;
      return wrong(`${session} was told that ${key} is refused (${code}); the log has it at ${seq}`);
    });
  const name = ({ key, attempt }: { key: string; attempt: number }) => `attempt ${attempt} of ${key}`;
  const confirmed = new Set(truth.decisions.filter(({ status }) => status === 'confirmed').map(name));
  const reversed = eventsOf(history, 'receipt')
    .filter((receipt) => receipt.status === 'rejected' && confirmed.has(name(receipt)))
    .map((receipt) => wrong(`${name(receipt)} was rejected (${receipt.code}), and is recorded as confirmed`));
  return [...effective, ...reversed];
};
