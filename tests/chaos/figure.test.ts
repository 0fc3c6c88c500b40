// SPDX-License-Identifier: MIT
//
// A figure holds only if everything was kept and everything was tried.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureOf } from './figure';
import { chaosOptions } from './options';
import { summaryOf } from './summary';

const { options } = chaosOptions(['--kills', '3', '--postmaster-kills', '1', '--writes', '10'])!;
const kills = { committed: 1, 'in flight': 1, 'any time': 1, postmaster: 1 };
const happened = { kills, faults: {}, repeated: 0, foreign: 0, resumes: 0, crashes: 0 };
const nothing = summaryOf([], { log: [], decisions: [], claims: [], rows: {} }, [], happened);
const claimed = { ...nothing.claimed, claimsGranted: 9, writesUnderClaims: 9, lateWritesRefused: 2, premisesConfirmed: 5 };
const good = { ...nothing, confirmed: 10, claimed };
const holds = (wrong: object) => figureOf(options, { summary: { ...good, ...wrong }, violations: [] }).holds;

test('a run in which all went well holds', () => assert.equal(holds({}), true));

for (const wrong of [
  { confirmed: 9 }, { lost: 1 }, { doubled: 1 }, { misordered: 1 }, { diverged: 1 }, { nameless: 1 }, { unfair: 1 }, { crashes: 1 },
]) {
  test(`one with ${JSON.stringify(wrong)} does not`, () => assert.equal(holds(wrong), false));
}

for (const wrong of [
  { claimsGranted: 0 }, { writesUnderClaims: 0 }, { lateWritesRefused: 0 }, { premisesConfirmed: 0 },
  { claimViolations: 1 }, { fifoInversions: 1 }, { announcedNotDurable: 1 }, { premisesFallen: 1 },
]) {
  test(`one with ${JSON.stringify(wrong)} does not`, () => {
    assert.equal(holds({ claimed: { ...claimed, ...wrong } }), false);
  });
}
