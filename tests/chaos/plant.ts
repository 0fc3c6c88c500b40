// SPDX-License-Identifier: MIT
//
// A test for each of some planted bugs: the harness finds it, with few kills and fewer writes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './figures';
import { planted } from './planted';

export function finds(...bugs: string[]): void {
  for (const bug of bugs) {
    const { breaks, within: { kills, postmasterKills = kills > 1 ? 1 : 0, writes } } = planted[bug]!;
    test(`${bug} breaks ${breaks.join(' or ')}`, async () => {
      const args = ['--kills', String(kills), '--postmaster-kills', String(postmasterKills), '--writes', String(writes), '--plant', bug];
      const { figure, complaints } = await chaos(...args);
      assert.equal(complaints, '');
      assert.ok(figure.holds, JSON.stringify(figure));
    });
  }
}
