// SPDX-License-Identifier: MIT
//
// What a case that needs a server cannot say: nobody makes a live server speak out of turn, or knows when it answers.
import type { Case, Json } from './case';

const own = ['write', 'load', 'snapshot', 'watch', 'keep', 'expect'];

/** The first thing of the case that only a scripted server can do, as a sentence. */
export function onlyScripted({ given = {}, steps = [], expect }: Case): string | undefined {
  if (given.schema) return 'A live server has one schema for all cases.';
  let connected = given.connected !== false;
  let loaded = connected;
  const begun = new Set<string>(); // writes and loads, since there was time to answer the others

  const limits: Record<string, (what: Json, step: Json) => false | string> = {
    write: (_, { key, error }) => (error || begun.add(key), false),
    load: (_, { as, error }) => (error || begun.add(as), false),
    snapshot: () => false,
    watch: () => false,
    keep: () => false,
    expect: (expected) =>
      connected &&
      underWay(expected).some((one) => (typeof one === 'number' ? one !== begun.size : !begun.has(one))) &&
      'Nobody knows how long something is under way with a live server.',
    foreign: (_, { hold = false }) => hold === connected && 'A live client hears of others exactly while it is connected.',
    echo: () => !connected && 'A client that is not connected hears nothing.',
    reject: () => !connected && 'A client that is not connected hears nothing.',
    answer: (_, { error }) => (!connected || error) && 'A live server answers who is connected, and refuses nobody at will.',
    disconnect: (code) => {
      connected = false;
      return code !== 1006 && 'A live socket is lost with code 1006.';
    },
    connect: (how) => {
      const resumes = loaded;
      connected = loaded = true;
      return how !== (resumes ? 'resume' : 'load') && 'A live client loads when it connects first, and resumes after that.';
    },
    end: () => false,
  };

  for (const step of [...steps, { end: true }, { expect }]) {
    const [verb, what] = Object.entries<Json>(step)[0]!;
    if (!own.includes(verb)) begun.clear();
    const limit = limits[verb] ? limits[verb](what, step) : 'No live server does that.';
    if (limit) return `${verb}: ${limit}`;
  }
  return undefined;
}

/** What is expected not to be over: names, and how many. */
function underWay({ settled = {}, answered = {}, pending = 0 }: Json): (string | number)[] {
  const open = Object.entries({ ...settled, ...answered }).filter(([, is]) => is === 'pending' || is === 'waiting');
  return [...open.map(([name]) => name), ...(pending > 0 ? [pending] : [])];
}
