// SPDX-License-Identifier: MIT
//
// Clocks of a history, in milliseconds, the same in every process of this machine whatever Date says there
// (skewed-clock.mjs): one that never runs backwards, and the time of day, which the database goes by.
import { performance } from 'node:perf_hooks';

export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

export function timeOfDay(): number {
  return performance.timeOrigin + performance.now();
}
