// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureOf } from './figure';
import type { Soaked } from './run';

const options = { minutes: 5, sockets: 200, rate: 40 };
const good: Soaked = {
  live: 198, sent: 11_900, confirmed: 11_890, rejected: 0, resumes: 900, dropped: 40, cut: 0, gaps: 0, frames: 2_000_000,
  minutes: 5, sockets: 200, measured: 90_000, crashes: 0, firstMiB: 150, mostMiB: 220, lastMiB: 190, slopeMiBPerMinute: 0.3,
  slopeOfAllMiBPerMinute: 0.4, appliedP50Ms: 8, appliedP99Ms: 60, answersP99Ms: 20, answersMostMs: 90,
};

test('a soak in which all went well holds', () => {
  assert.equal(figureOf(options, good).holds, true);
});

const bad: Partial<Soaked>[] = [
  { live: 180 }, { sent: 0, confirmed: 0, measured: 0 }, { confirmed: 9_000 }, { resumes: 0 }, { dropped: 0 }, { frames: 0 },
  { measured: 0, appliedP50Ms: 0, appliedP99Ms: 0 }, { appliedP99Ms: 2_001 }, { cut: 1 }, { gaps: 1 }, { crashes: 1 },
  { rejected: 1 }, { slopeMiBPerMinute: 1.1 }, { appliedP99Ms: NaN },
];
for (const wrong of bad) {
  test(`one with ${JSON.stringify(wrong)} does not`, () => {
    assert.equal(figureOf(options, { ...good, ...wrong }).holds, false);
  });
}

test('half a minute is too short to judge memory and slow readers', () => {
  const quick = { sent: 1_190, confirmed: 1_190, measured: 9_000, dropped: 0, slopeMiBPerMinute: 9 };
  assert.equal(figureOf({ ...options, minutes: 0.5 }, { ...good, ...quick }).holds, true);
});
