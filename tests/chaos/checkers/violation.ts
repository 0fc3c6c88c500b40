// SPDX-License-Identifier: MIT
//
// What a checker says: which promise was not kept, and by what. It has nothing in common with the code it judges but
// the history and what is in the database.
import type { Event } from '../event';
import type { Entry, Truth } from '../truth';

export interface Violation {
  promise: string;
  what: string;
}

export type Checker = (history: readonly Event[], truth: Truth) => Violation[];

/** Written with SQL, behind our back. */
export function isForeign({ actor }: Entry): boolean {
  return actor.kind === 'system' && actor.id === 'external';
}

/** The entries of each commit of ours, by its key, in the order of the log. */
export function batchesOf({ log }: Truth): Map<string, Entry[]> {
  const batches = new Map<string, Entry[]>();
  for (const entry of log) {
    if (entry.kind !== 'row' || isForeign(entry)) continue;
    const batch = batches.get(entry.key);
    if (batch) batch.push(entry);
    else batches.set(entry.key, [entry]);
  }
  return batches;
}

/** The same text for the same value, whatever the order of members. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
