// SPDX-License-Identifier: MIT
//
// What a process of clients and whoever started it say to each other.

export interface Setting {
  name: string;
  directory: string;
  baseURL: string;
  apiKey: string;
  writers: number;
  claimers: number;
  bookers: number;
  /** Writes a second, of all of them. */
  rate: number;
  seed: number;
  /** How wrong their clock is: ms. */
  skew: number;
}

export type Asked =
  | { ask: 'write' }
  /** Call nothing more; say so when everything has ended. */
  | { ask: 'stop' }
  /** When everybody has the log up to this place: what do you show? `since`: the last fault, on our clock. */
  | { ask: 'show'; head: number; since: number };

export type Told =
  | { told: 'ready' }
  | { told: 'progress'; ok: number; fail: number; info: number }
  | { told: 'stopped' }
  | { told: 'shown' };
