// SPDX-License-Identifier: MIT
//
// What the process of a crowd is told, and what it says once a second.
import type { Counts, Crowd } from './member';

export interface Setting extends Crowd {
  sockets: number;
  /** Writes a second. */
  rate: number;
}

export interface Report extends Counts {
  live: number;
  sent: number;
  confirmed: number;
  rejected: number;
  /** From the sending of a commit to its change at another socket, in ms, since the last report. */
  latencies: number[];
}
