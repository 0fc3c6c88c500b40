// SPDX-License-Identifier: MIT
//
// The harness finds the bugs that are planted for it, with few kills and fewer writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './figures';
import { planted, type Planted } from './planted';

for (const [bug, { breaks, within }] of Object.entries(planted)) {
  test(`${bug} breaks ${breaks.join(' or ')}`, async () => {
    const { figure, complaints } = await chaos(...argumentsOf(within), '--plant', bug);
    assert.equal(complaints, '');
    assert.ok(figure.holds, JSON.stringify(figure));
  });
}

function argumentsOf({ kills, writes }: Planted['within']): string[] {
  return ['--kills', String(kills), '--postmaster-kills', kills > 1 ? '1' : '0', '--writes', String(writes)];
}
