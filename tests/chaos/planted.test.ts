// SPDX-License-Identifier: MIT
//
// The harness finds the bugs that are planted for it, with few kills and fewer writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './figures';
import { planted } from './planted';

for (const [bug, { breaks }] of Object.entries(planted)) {
  test(`${bug} breaks ${breaks.join(' or ')}`, async () => {
    const { figure, complaints } = await chaos('--kills', '3', '--writes', '400', '--plant', bug);
    assert.equal(complaints, '');
    assert.ok(figure.holds, JSON.stringify(figure));
  });
}
