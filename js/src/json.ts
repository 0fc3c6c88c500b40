// SPDX-License-Identifier: MIT
//
// Values of the application on their way to the core. JSON.stringify turns what it cannot say into null without a word;
// a write must not, so those values are refused by name.
import { abloError } from './errors/errors';

export function toJson(value: unknown): string {
  try {
    // A replacer makes JSON.stringify several times slower: it is only there to name what is wrong.
    return isSayable(value) ? JSON.stringify(value) : JSON.stringify(value, refuseUnsayable);
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
    typeof value === 'function' ||
    original instanceof Promise; // an await was forgotten
  if (unsayable) throw abloError('wrong_type', `${key}: ${String(original)} cannot be stored.`, { param: key });
  return value;
}

/** Nothing in it that JSON.stringify would turn into null. Anything but plain, shallow data is left to the replacer. */
function isSayable(value: unknown, depth = 0): boolean {
  if (depth > 32) return false; // a cycle, perhaps
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every((item) => isSayable(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isSayable((value as Record<string, unknown>)[name], depth + 1)) return false;
  return true;
}
