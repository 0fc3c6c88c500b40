// SPDX-License-Identifier: MIT
//
// I13: between a grant and its end nobody else writes what is claimed, by the order of the log; fences grow; nothing lands
// under a claim that is over. And nothing ends a claim but its holder and its time: no restart, and not somebody's word.
import { checkLines } from '../../../bench/claims/check-lines.mjs';
import { eventsOf } from '../event';
import type { Truth } from '../truth';
import type { Checker } from './violation';

/** The lines of a log, replayed. */
export function linesOf({ log, claims }: Truth): ReturnType<typeof checkLines> {
  return checkLines(log, new Map(claims.map(({ id, expiry }) => [id, expiry])));
}

export const exclusiveClaims: Checker = (history, truth) => {
  const wrong = (what: string) => ({ promise: 'I13', what });
  const { exclusion, fence, stale, order } = linesOf(truth).wrong;
  const replayed = Object.entries({ exclusion, fence, stale, order });
  return [
    ...replayed.flatMap(([kind, found]) => found.map((what) => wrong(`${kind}: ${what}`))),
    ...tooSoon(history, truth).map(wrong),
  ];
};

/** Claims that ended although they were kept, and their holder did not give them back. */
function tooSoon(history: Parameters<Checker>[0], { log, claims }: Truth): string[] {
  const expiry = new Map(claims.map(({ id, expiry: at }) => [id, at]));
  const held = new Set(eventsOf(history, 'held').map(({ claim }) => claim));
  const letGo = new Set(eventsOf(history, 'let go').map(({ claim }) => claim));
  const active = new Set<unknown>();
  const ends = new Map<string, number>();
  const found: string[] = [];
  for (const { kind, op, after, seq, at } of log) {
    if (kind !== 'claim') continue;
    const id = after!['id'] as string;
    if (op === 'grant') active.add(id);
    if (!['release', 'expire', 'cancel'].includes(op)) continue;
    ends.set(id, at);
    if (op === 'expire' && at < expiry.get(id)!) found.push(`${id} expired at ${seq}, before its time`);
    if (op === 'cancel' && active.has(id)) found.push(`${id} was held, and canceled at ${seq}`);
    if (op === 'release' && held.has(id) && !letGo.has(id)) found.push(`nobody gave ${id} back, but ${seq} did`);
  }
  for (const { claim, at, session } of eventsOf(history, 'told lost')) {
    if (at < Math.min(expiry.get(claim) ?? 0, ends.get(claim) ?? Infinity)) {
      found.push(`${session} was told that ${claim} is over, and it was not`);
    }
  }
  return found;
}
