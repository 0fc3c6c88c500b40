// SPDX-License-Identifier: MIT
//
// What is said of many measurements.

/** The value that `part` (0 to 1) of them do not exceed. */
export function percentile(values, part) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

export const p50 = (values) => percentile(values, 0.5);
export const p99 = (values) => percentile(values, 0.99);
export const round = (value, digits = 2) => Number(value.toFixed(digits));
