// SPDX-License-Identifier: MIT
//
// Memory: what a process has in RAM, as Linux counts it, and how fast that grows.
import { readFileSync } from 'node:fs';

const kPage = 4_096;
const kMiB = 2 ** 20;

/** Resident memory in MiB; undefined when the process is gone. */
export function residentOf(pid: number): number | undefined {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * kPage) / kMiB;
  } catch {
    return undefined;
  }
}

export interface Sample {
  /** Seconds since the beginning. */
  t: number;
  mib: number;
}

/** The lowest of each ten: a leak lifts it, while what is only passing through does not. */
export function floorOf(samples: readonly Sample[]): Sample[] {
  const floor: Sample[] = [];
  for (let i = 0; i + 10 <= samples.length; i += 10) {
    floor.push(samples.slice(i, i + 10).reduce((low, sample) => (sample.mib < low.mib ? sample : low)));
  }
  return floor;
}

/** Growth in MiB a minute: least squares over the second half. */
export function slopeOf(samples: readonly Sample[]): number {
  const half = samples.slice(samples.length >> 1);
  const mean = (of: (sample: Sample) => number) => half.reduce((sum, sample) => sum + of(sample), 0) / half.length;
  const [t, mib] = [mean((sample) => sample.t), mean((sample) => sample.mib)];
  const spread = half.reduce((sum, sample) => sum + (sample.t - t) ** 2, 0);
  if (spread === 0) return 0;
  return (60 * half.reduce((sum, sample) => sum + (sample.t - t) * (sample.mib - mib), 0)) / spread;
}
