// SPDX-License-Identifier: MIT
//
// Claimed: what became of claims and bookings in a run, in numbers.
import { durableGrants } from './checkers/durable-grants';
import { exclusiveClaims, linesOf } from './checkers/exclusive-claims';
import { inversions } from './checkers/fair-lines';
import { fallenPremises } from './checkers/fallen-premises';
import { eventsOf, type Event } from './event';
import type { Truth } from './truth';

export function claimedIn(history: readonly Event[], truth: Truth) {
  const confirmed = new Set(eventsOf(history, 'ok').map(({ key }) => key));
  const refused = new Map(eventsOf(history, 'fail').map(({ key, code }) => [key, code]));
  const invokes = eventsOf(history, 'invoke');
  const ended = (work: string, code?: string) =>
    invokes.filter((of) => of.work === work && (code ? refused.get(of.key) === code : confirmed.has(of.key))).length;
  const { fates } = linesOf(truth);
  return {
    claimsGranted: fates.grant,
    claimsQueued: fates.queue,
    claimsExpired: fates.expire,
    claimsSurvived: survivors(history, confirmed),
    writesUnderClaims: ended('held'),
    lateWritesRefused: ended('late', 'claim_lost'),
    writesKeptOut: ended('free', 'entity_claimed'),
    premisesConfirmed: ended('book'),
    premisesRefused: ended('book', 'stale_context'),
    claimViolations: exclusiveClaims(history, truth).length,
    fifoInversions: inversions(truth).length,
    announcedNotDurable: durableGrants(history, truth).length,
    premisesFallen: fallenPremises(history, truth).length,
  };
}

/** Claims under which a write was confirmed that was called after a kill which they lived to see. */
function survivors(history: readonly Event[], confirmed: ReadonlySet<string>): number {
  const kills = eventsOf(history, 'fault').filter(({ what }) => what.startsWith('kill'));
  const held = new Map(eventsOf(history, 'held').map(({ claim, t }) => [claim, t]));
  const survived = eventsOf(history, 'invoke').filter(({ claim, key, t }) => {
    const since = claim === undefined ? undefined : held.get(claim);
    return since !== undefined && confirmed.has(key) && kills.some((kill) => kill.t > since && kill.t < t);
  });
  return new Set(survived.map(({ claim }) => claim)).size;
}
