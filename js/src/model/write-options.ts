// SPDX-License-Identifier: MIT
//
// The options of a write, checked by name, in the words of the core.
import { milliseconds } from '../duration';
import { abloError } from '../errors/errors';
import type { WriteOptions } from './types';

/** What an option means to the core; names of the newer and the older API mean the same. */
const onStale: Record<string, string> = {
  reject: 'reject',
  force: 'force',
  overwrite: 'force',
  flag: 'flag',
  notify: 'flag',
};

export interface CheckedWriteOptions {
  wait: 'queued' | 'confirmed' | undefined;
  timeout: number | undefined;
  guard: { key: string | undefined; readAt: number | undefined; onStale: string | undefined };
}

export function checkWriteOptions(options: WriteOptions = {}): CheckedWriteOptions {
  const check = (name: keyof WriteOptions, holds: boolean, wanted: string) => {
    if (!holds) throw abloError('write_options_invalid', `${name} is ${wanted}.`, { param: name });
  };
  const { wait, readAt, onStale: stale, idempotencyKey, timeout } = options;
  check('wait', wait === undefined || wait === 'queued' || wait === 'confirmed', "'queued' or 'confirmed'");
  check('readAt', readAt == null || (Number.isSafeInteger(readAt) && readAt >= 0), 'a stamp: a whole number from 0');
  check('onStale', stale == null || Object.hasOwn(onStale, stale), `one of ${Object.keys(onStale).join(', ')}`);
  const keyLength = typeof idempotencyKey === 'string' ? idempotencyKey.length : 0;
  check(
    'idempotencyKey',
    idempotencyKey == null || (keyLength >= 1 && keyLength <= 255),
    'text of 1 to 255 characters',
  );
  return {
    wait,
    timeout: timeout === undefined ? undefined : milliseconds(timeout, 'timeout'),
    guard: {
      key: idempotencyKey ?? undefined,
      readAt: readAt ?? undefined,
      onStale: stale == null ? undefined : onStale[stale],
    },
  };
}
