// SPDX-License-Identifier: MIT
//
// What a case that needs a server cannot say: nobody makes a live server speak out of turn, or knows when it answers.
import type { Case, Json } from './case';

/** The first thing of the case that only a scripted server can do, as a sentence. */
export function onlyScripted({ given = {}, steps = [], expect }: Case): string | undefined {
  if (given.schema) return 'A live server has one schema for all cases.';
  let connected = given.connected !== false;
  let connectedBefore = connected;

  const limits: Record<string, (what: Json, step: Json) => false | string> = {
    write: () => false,
    load: () => false,
    snapshot: () => false,
    watch: () => false,
    keep: () => false,
    expect: (expected) => connected && underWay(expected),
    foreign: (_, { hold = false }) => hold === connected && 'A live client hears of what others write exactly while it is connected.',
    echo: () => !connected && 'A client that is not connected hears nothing.',
    reject: () => !connected && 'A client that is not connected hears nothing.',
    answer: (_, { error }) => (!connected || error) && 'A live server answers who is connected, and refuses nobody at will.',
    disconnect: (code) => {
      connected = false;
      return code !== 1006 && 'A live socket is lost with code 1006.';
    },
    connect: (how) => {
      const load = !connectedBefore;
      connected = connectedBefore = true;
      return (how === 'load') !== load && 'A live client loads when it connects first, and resumes after that.';
    },
  };

  for (const step of [...steps, { expect }]) {
    const [verb, what] = Object.entries<Json>(step)[0]!;
    const limit = limits[verb] ? limits[verb](what, step) : 'No live server does that.';
    if (limit) return `${verb}: ${limit}`;
  }
  return undefined;
}

/** Between a write and its outcome a live server may come at any time. */
function underWay({ settled = {}, answered = {}, pending = 0 }: Json): false | string {
  const open = pending > 0 || Object.values(settled).includes('pending') || Object.values(answered).includes('waiting');
  return open && 'Nobody knows how long something is under way with a live server.';
}
