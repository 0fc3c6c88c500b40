// SPDX-License-Identifier: MIT
//
// The clock of a history: milliseconds that never run backwards, the same in every process of this machine.

export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
