// SPDX-License-Identifier: MIT
//
// Some of the cases of npm run bad-input, chosen by a fixed seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feed } from './figure';

test('every one of 300 kinds of bad input has its name, and the server goes on', async () => {
  const found: string[] = [];
  const { holds, values } = await feed({ cases: 300, seed: 7 }, (line) => found.push(line));
  assert.ok(holds, [JSON.stringify(values), ...found].join('\n'));
});
