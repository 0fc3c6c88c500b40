// SPDX-License-Identifier: MIT
//
// Few kills, for every push. More of them: ABLO_CHAOS_KILLS, or npm run chaos.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from './figures';

const kills = process.env['ABLO_CHAOS_KILLS'] ?? '6';
const timeout = Number(kills) * 20_000;

for (const servers of ['1', '2']) {
  const title = `${kills} kills of a server, of ${servers}, and one of Postgres lose, double and misorder nothing`;
  test(title, { timeout }, async (t) => {
    const writes = String(100 * Number(kills));
    const { figure, complaints } = await chaos('--kills', kills, '--servers', servers, '--writes', writes);
    t.diagnostic(JSON.stringify(figure.values));
    assert.equal(complaints, '');
    assert.ok(figure.holds, JSON.stringify(figure));
  });
}
