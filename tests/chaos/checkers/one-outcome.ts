// SPDX-License-Identifier: MIT
//
// I2: a key takes effect once at most, as a whole, and every answer that was ever given for an attempt is the same.
import { eventsOf } from '../event';
import { batchesOf, type Checker } from './violation';

export const oneOutcome: Checker = (history, truth) => {
  const violations: ReturnType<Checker> = [];
  const wrong = (what: string) => violations.push({ promise: 'I2', what });
  const batches = batchesOf(truth);

  for (const { key, operations } of eventsOf(history, 'invoke')) {
    const indexes = batches.get(key)?.map(({ index }) => index).sort((a, b) => a - b);
    if (!indexes) continue;
    const isOnce = indexes.length === operations && indexes.every((index, i) => index === i);
    if (!isOnce) wrong(`${key} asked for ${operations} operations; the log has its operations ${indexes.join(', ')}`);
  }

  const confirmed = new Map<string, number>();
  for (const { key, status } of truth.decisions) {
    if (status === 'confirmed') confirmed.set(key, (confirmed.get(key) ?? 0) + 1);
  }
  for (const [key, times] of confirmed) {
    if (times > 1) wrong(`${key} was confirmed under ${times} attempts`);
    if (!batches.has(key)) wrong(`${key} is recorded as confirmed, and is not in the log`);
  }
  for (const key of batches.keys()) {
    if (!confirmed.has(key)) wrong(`${key} is in the log, and is not recorded as confirmed`);
  }

  const answers = new Map<string, string>();
  for (const { key, attempt, status, seq, code } of eventsOf(history, 'receipt')) {
    const name = `attempt ${attempt} of ${key}`;
    const answer = [status, seq, code].filter((part) => part !== undefined).join(' ');
    const before = answers.get(name);
    if (before !== undefined && before !== answer) wrong(`${name} was answered ${before}, then ${answer}`);
    answers.set(name, answer);
  }
  return violations;
};
