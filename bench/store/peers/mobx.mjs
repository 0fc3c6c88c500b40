// SPDX-License-Identifier: MIT
//
// Linear-style object pool: observable.map of class instances with observable fields, queries = computed over the pool.
import { observable, makeObservable, runInAction, autorun, computed, configure } from 'mobx';
import { matches } from '../rows.mjs';
configure({ enforceActions: 'never' });
export const meta = { name: 'mobx object pool', syncRead: true };
const F = ['title', 'status', 'assignee', 'priority', 'estimate', 'openedAt', 'movedAt', 'done', 'projectId'];
const ann = Object.fromEntries(F.map((f) => [f, observable]));
class Task {
  constructor(r) {
    this.id = r.id;
    for (const f of F) this[f] = r[f];
    makeObservable(this, ann);
  }
}
export async function create() {
  const pool = observable.map({}, { deep: false });
  const patchAll = (cs) =>
    runInAction(() => {
      for (const c of cs) Object.assign(pool.get(c.id), c.patch);
    });
  const q = (spec) => {
    const out = [];
    for (const t of pool.values()) if (matches(t, spec)) out.push(t);
    out.sort((a, b) => b.movedAt - a.movedAt);
    return out.slice(0, spec.limit);
  };
  return {
    load(rows) {
      runInAction(() => {
        for (const r of rows) pool.set(r.id, new Task(r));
      });
    },
    get: (id) => pool.get(id),
    live(spec, cb) {
      const c = computed(() => q(spec));
      const d = autorun(() => {
        const rows = c.get();
        for (const r of rows) {
          r.title;
          r.movedAt;
        }
        cb(rows);
      });
      return { unsubscribe: d };
    },
    liveCount(spec, cb) {
      const c = computed(() => {
        let n = 0;
        for (const t of pool.values()) if (matches(t, spec)) n++;
        return n;
      });
      const d = autorun(() => cb(c.get()));
      return { unsubscribe: d };
    },
    apply: patchAll,
    optimistic(id, patch) {
      const t = pool.get(id);
      const old = {};
      for (const k in patch) old[k] = t[k];
      runInAction(() => Object.assign(t, patch));
      return { t, old };
    },
    confirm(h, c) {
      patchAll([c]);
    },
    rollback(h) {
      runInAction(() => Object.assign(h.t, h.old));
    },
  };
}
