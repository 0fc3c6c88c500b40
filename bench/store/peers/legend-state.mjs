// SPDX-License-Identifier: MIT
//
// Legend-State v2: one observable record; each live query an observe() over the whole record (coarse, as in its docs for lists).
import { observable, observe, batch } from '@legendapp/state';
import { matches, answer } from '../rows.mjs';
export const meta = { name: 'Legend-State', syncRead: true };
const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
export async function create() {
  const s$ = observable({ tasks: {} });
  const put = (cs) =>
    batch(() => {
      for (const c of cs) s$.tasks[c.id].set(c.row);
    });
  const lv = (sel, eq, cb) => {
    let cur;
    const stop = observe(() => {
      const n = sel(s$.tasks.get());
      if (cur === undefined || !eq(n, cur)) cb((cur = n));
    });
    return { unsubscribe: stop };
  };
  return {
    load(rows) {
      const o = {};
      for (const r of rows) o[r.id] = r;
      s$.tasks.set(o);
    },
    get: (id) => s$.tasks[id].peek(),
    live: (spec, cb) => lv((t) => answer(Object.values(t), spec), same, cb),
    liveCount: (spec, cb) =>
      lv(
        (t) => {
          let n = 0;
          for (const k in t) if (matches(t[k], spec)) n++;
          return n;
        },
        Object.is,
        cb,
      ),
    apply: put,
    optimistic(id, patch, full) {
      const o = s$.tasks[id].peek();
      put([{ id, row: full }]);
      return { id, row: o };
    },
    confirm(h, c) {
      put([c]);
    },
    rollback(h) {
      put([h]);
    },
  };
}
