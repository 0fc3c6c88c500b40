// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds } from '../../js/src/duration';

test('a number is seconds, text names its unit', () => {
  for (const [given, expected] of [
    [30, 30_000],
    [0.5, 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['3m', 180_000],
    ['24h', 86_400_000],
  ] as const) {
    assert.equal(milliseconds(given, 'ttl'), expected);
  }
});

test('anything else is refused by name', () => {
  for (const given of [
    '',
    '30',
    's',
    '3 m',
    '1d',
    '-1s',
    '1e3s',
    -1,
    NaN,
    Infinity,
    null,
    {},
    '99999999999999999999999999999999999h'.repeat(10),
  ]) {
    assert.throws(
      () => milliseconds(given as never, 'ttl'),
      { code: 'duration_invalid', param: 'ttl', name: 'AbloValidationError' },
      String(given),
    );
  }
});
