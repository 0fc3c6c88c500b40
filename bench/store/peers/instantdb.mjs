// SPDX-License-Identifier: MIT
//
// InstantDB: its in-memory triple store + datalog (store.ts / instaql.ts) driven like Reactor does: every change re-runs
// instaql per open query; optimistic = transact() over an immutable (mutative) copy. One shared store (Instant itself keeps one per query).
import { createStore, transact, AttrsStoreClass } from './node_modules/@instantdb/core/dist/esm/store.js';
import instaql from './node_modules/@instantdb/core/dist/esm/instaql.js';
export const meta = { name: 'InstantDB triple store', syncRead: true };
const F = ['id', 'title', 'status', 'assignee', 'priority', 'estimate', 'openedAt', 'movedAt', 'done', 'projectId'];
const T = { priority: 'number', estimate: 'number', openedAt: 'number', movedAt: 'number', done: 'boolean' };
const attrs = Object.fromEntries(
  F.map((f) => [
    'a_' + f,
    {
      id: 'a_' + f,
      'forward-identity': ['i_' + f, 'tasks', f],
      'value-type': 'blob',
      cardinality: 'one',
      'unique?': f === 'id',
      'index?': true,
      'checked-data-type': T[f] ?? 'string',
      'primary?': f === 'id',
    },
  ]),
);
export async function create() {
  const as = new AttrsStoreClass(attrs, null);
  let store = createStore(as, [], true),
    base = store;
  const qs = new Set();
  const steps = (cs) => {
    const out = [];
    for (const c of cs) for (const k in c.patch) out.push(['add-triple', c.id, 'a_' + k, c.patch[k]]);
    return out;
  };
  const query = (spec) =>
    instaql(
      { store, attrsStore: as },
      {
        tasks: {
          $: {
            where: {
              ...(spec.projectId ? { projectId: spec.projectId } : {}),
              status: spec.status,
              priority: { $gte: spec.minPriority },
            },
            order: { movedAt: 'desc' },
            limit: spec.limit,
          },
        },
      },
    ).data.tasks;
  const sig = (rows) => JSON.stringify(rows); // Reactor uses areObjectsDeepEqual
  const notify = () => {
    for (const q of qs) q();
  };
  return {
    load(rows) {
      const t = [];
      let k = 0;
      for (const r of rows) for (const f of F) t.push([r.id, 'a_' + f, r[f], ++k]);
      store = base = createStore(as, t, true);
    },
    get: (id) => instaql({ store, attrsStore: as }, { tasks: { $: { where: { id } } } }).data.tasks[0],
    live(spec, cb) {
      let last = query(spec),
        ls = sig(last);
      cb(last);
      const f = () => {
        const n = query(spec),
          s = sig(n);
        if (s !== ls) {
          ls = s;
          cb(n);
        }
      };
      qs.add(f);
      return { unsubscribe: () => qs.delete(f) };
    },
    apply(cs) {
      store = base = transact(base, as, steps(cs)).store;
      notify();
    },
    optimistic(id, patch) {
      store = transact(base, as, steps([{ id, patch }])).store;
      notify();
      return id;
    },
    confirm(h, c) {
      store = base = transact(base, as, steps([c])).store;
      notify();
    },
    rollback() {
      store = base;
      notify();
    },
  };
}
