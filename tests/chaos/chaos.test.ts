// SPDX-License-Identifier: MIT
//
// The kill harness itself, with few kills, as people start it. More of them: ABLO_CHAOS_KILLS, or npm run chaos.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('main.ts', import.meta.url));
const kills = process.env['ABLO_CHAOS_KILLS'] ?? '6';

for (const servers of ['1', '2']) {
  test(`nothing is lost, doubled or misordered when ${servers} of the servers and Postgres are killed`, { timeout: 3_600_000 }, async (t) => {
    const asked = ['--quick', '--json', '--kills', kills, '--servers', servers, '--writes', String(100 * Number(kills))];
    const running = spawn(process.execPath, ['--import', 'tsx', program, ...asked], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [said, complained] = await Promise.all([text(running.stdout), text(running.stderr)]);
    assert.equal(complained, '');
    const figure = JSON.parse(said.trim().split('\n').at(-1)!) as { holds: boolean; values: Record<string, number> };
    t.diagnostic(JSON.stringify(figure.values));
    assert.ok(figure.holds, said);
  });
}
