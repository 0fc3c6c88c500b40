// SPDX-License-Identifier: MIT
//
// Floor: one immutable record Map in zustand, each live query a selector that filters+sorts on every change
// (what useStore(useShallow(selector)) does).
import { createStore } from 'zustand/vanilla';
import { matches, answer } from '../rows.mjs';
export const meta = { name: 'zustand Map (naive selectors)', syncRead: true };
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
export async function create() {
  const s = createStore(() => ({ tasks: new Map(), v: 0 }));
  // The Map is mutated and a version bumped: copying 100k entries per write would be slower still.
  const put = (rows) => {
    const m = s.getState().tasks;
    for (const r of rows) m.set(r.id, r);
    s.setState((p) => ({ v: p.v + 1 }));
  };
  const live = (select, eq, cb) => {
    let cur = select();
    cb(cur);
    const un = s.subscribe(() => {
      const n = select();
      if (!eq(n, cur)) cb((cur = n));
    });
    return { unsubscribe: un };
  };
  return {
    load: put,
    get: (id) => s.getState().tasks.get(id),
    live: (spec, cb) => live(() => answer(s.getState().tasks.values(), spec), same, cb),
    liveCount: (spec, cb) =>
      live(
        () => {
          let n = 0;
          for (const r of s.getState().tasks.values()) if (matches(r, spec)) n++;
          return n;
        },
        Object.is,
        cb,
      ),
    apply: (cs) => put(cs.map((c) => c.row)),
    optimistic(id, patch) {
      const o = s.getState().tasks.get(id);
      put([{ ...o, ...patch }]);
      return o;
    },
    confirm(o, c) {
      put([c.row]);
    },
    rollback(o) {
      put([o]);
    },
  };
}
