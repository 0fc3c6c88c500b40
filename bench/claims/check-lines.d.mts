// SPDX-License-Identifier: MIT

export interface LineEntry {
  seq: number;
  kind: string;
  model: string;
  id: string;
  op: string;
  after: Record<string, unknown> | null;
  before: Record<string, unknown> | null;
  fields: readonly string[] | null;
  actor: { kind: string; id: string };
  tx: string;
  at: number;
}

export type Fate = 'queue' | 'grant' | 'move' | 'release' | 'expire' | 'cancel';
export type Fault = 'exclusion' | 'inversion' | 'fence' | 'stale' | 'order';

export function checkLines(entries: readonly LineEntry[], expiry: ReadonlyMap<string, number>): {
  fates: Record<Fate, number>;
  writes: number;
  wrong: Record<Fault, string[]>;
  left: { id: string; by: string; active: boolean }[];
  closest: number;
};
