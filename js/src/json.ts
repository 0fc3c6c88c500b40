// SPDX-License-Identifier: MIT
//
// Values of the application on their way to the core. JSON.stringify turns what it cannot say into null without a word;
// a write must not, so those values are refused by name.
import { abloError } from './errors/errors';

export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, refuseUnsayable);
  } catch (thrown) {
    // A cycle, or a BigInt.
    if (thrown instanceof TypeError) throw abloError('wrong_type', thrown.message, { cause: thrown });
    throw thrown;
  }
}

function refuseUnsayable(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  const unsayable =
    (typeof value === 'number' && !Number.isFinite(value)) ||
    (original instanceof Date && value === null) ||
    typeof value === 'function';
  if (unsayable) throw abloError('wrong_type', `${key}: ${String(original)} cannot be stored.`, { param: key });
  return value;
}
