// SPDX-License-Identifier: MIT
//
// The harness finds the bugs that are planted for it, with few kills and fewer writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './figures';
import { planted } from './planted';

for (const [bug, { breaks, within: { kills, writes, rare } }] of Object.entries(planted)) {
  if (rare) continue; // npm run chaos -- --plant no-fences
  test(`${bug} breaks ${breaks.join(' or ')}`, async () => {
    const postmaster = kills > 1 ? '1' : '0';
    const args = ['--kills', String(kills), '--postmaster-kills', postmaster, '--writes', String(writes), '--plant', bug];
    const { figure, complaints } = await chaos(...args);
    assert.equal(complaints, '');
    assert.ok(figure.holds, JSON.stringify(figure));
  });
}
