// SPDX-License-Identifier: MIT
//
// I1, of claims: whoever was told of a claim that stands was told of a grant in the log, with that fence, whatever crashed
// afterwards.
import { eventsOf } from '../event';
import type { Checker } from './violation';

export const durableGrants: Checker = (history, { log }) => {
  const grants = log.filter(({ kind, op }) => kind === 'claim' && op === 'grant').map(({ after }) => after!);
  const fences = new Map(grants.map(({ id, fence }) => [id as string, fence as number]));
  const missing = new Map<string, string>();
  for (const { session, claims } of eventsOf(history, 'granted')) {
    for (const { id, fence } of claims) {
      if (fences.get(id) === fence) continue;
      missing.set(id, `${session} was told of ${id} with fence ${fence}; the log has ${fences.get(id) ?? 'no grant'}`);
    }
  }
  for (const { session, claim } of eventsOf(history, 'held')) {
    if (!fences.has(claim)) missing.set(claim, `${session} was given ${claim}, and the log has no grant of it`);
  }
  return [...missing.values()].map((what) => ({ promise: 'I1', what }));
};
