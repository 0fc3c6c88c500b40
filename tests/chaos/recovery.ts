// SPDX-License-Identifier: MIT
//
// Recovery: how long it takes after a kill until those who lost their socket have a write confirmed again.
import type { Event, EventOf } from './event';

const kLost = 1_000; // ms in which a socket that ends has ended because of the kill

/** One figure for each kill of a server: the first of those whose socket ended. */
export function serverRecoveries(history: readonly Event[]): number[] {
  return after(history, /^kill (?!postmaster)/).flatMap(({ t: killed, following }) => {
    const lost = new Set<string>();
    const back = new Set<string>();
    for (const { t, session, ...event } of following()) {
      if (event.kind === 'closed' && t < killed + kLost) lost.add(session);
      if (event.kind === 'welcome' && lost.has(session)) back.add(session);
      if (event.kind === 'receipt' && event.status === 'confirmed' && back.has(session)) return [t - killed];
    }
    return [];
  });
}

/** One figure for each kill of Postgres: the first write that is confirmed when it is back. */
export function databaseRecoveries(history: readonly Event[]): number[] {
  return after(history, /^kill postmaster/).flatMap(({ t: killed, following }) => {
    let isBack = false;
    for (const { t, ...event } of following()) {
      isBack ||= event.kind === 'fault' && event.what === 'postmaster is back';
      if (isBack && event.kind === 'receipt' && event.status === 'confirmed') return [t - killed];
    }
    return [];
  });
}

/** How long each write took that was confirmed, from its call on. */
export function patience(history: readonly Event[]): number[] {
  const called = new Map<string, number>();
  return history.flatMap((event) => {
    if (event.kind === 'invoke') called.set(event.key, event.t);
    return event.kind === 'ok' ? [event.t - called.get(event.key)!] : [];
  });
}

function after(history: readonly Event[], fault: RegExp) {
  return [...history.entries()]
    .filter((entry): entry is [number, EventOf<'fault'>] => entry[1].kind === 'fault' && fault.test(entry[1].what))
    .map(([i, { t }]) => ({
      t,
      *following() {
        for (let at = i; at < history.length; at++) yield history[at]!;
      },
    }));
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0);
}
