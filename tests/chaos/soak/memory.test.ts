// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floorOf, residentOf, slopeOf } from './memory';

const samples = (mibAt: (second: number) => number) => Array.from({ length: 600 }, (_, t) => ({ t, mib: mibAt(t) }));
const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 0.05, `${value}`);

test('a leak is seen under the noise, and how a process warms up is not', () => {
  const noise = (t: number) => 5 * Math.sin(t);
  near(slopeOf(samples((t) => 100 + (3 * t) / 60 + noise(t))), 3);
  near(slopeOf(samples((t) => 100 + Math.min(t, 200) + noise(t))), 0);
});

test('a leak is seen in the floor, under bursts that come and go', () => {
  const bursts = (t: number) => (t % 37 < 6 ? 40 * Math.abs(Math.sin(t * t)) : 0);
  near(slopeOf(floorOf(samples((t) => 100 + (3 * t) / 60 + bursts(t)))), 3);
  near(slopeOf(floorOf(samples((t) => 100 + bursts(t)))), 0);
});

test('the memory of a process is known, and that of nobody is not', () => {
  assert.ok(residentOf(process.pid)! > 10);
  assert.equal(residentOf(2 ** 30), undefined);
});
