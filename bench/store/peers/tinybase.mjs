// SPDX-License-Identifier: MIT
//
// tinybase: Store + Queries module, sorted row ids listener per live query, rows read with getResultRow.
import { createStore, createQueries } from 'tinybase';
export const meta = { name: 'tinybase', syncRead: true };
const F = ['id', 'title', 'status', 'assignee', 'priority', 'estimate', 'openedAt', 'movedAt', 'done', 'projectId'];
export async function create() {
  const store = createStore();
  const queries = createQueries(store);
  let n = 0;
  const put = (cs) =>
    store.transaction(() => {
      for (const c of cs) store.setPartialRow('tasks', c.id, c.patch);
    });
  return {
    load(rows) {
      store.transaction(() => {
        for (const r of rows) store.setRow('tasks', r.id, r);
      });
    },
    get: (id) => store.getRow('tasks', id),
    live(spec, cb) {
      const q = 'q' + n++;
      queries.setQueryDefinition(q, 'tasks', ({ select, where }) => {
        for (const f of F) select(f);
        if (spec.projectId) where('projectId', spec.projectId);
        where('status', spec.status);
        where((g) => g('priority') >= spec.minPriority);
      });
      const read = (ids) => ids.map((id) => queries.getResultRow(q, id));
      cb(read(queries.getResultSortedRowIds(q, 'movedAt', true, 0, spec.limit)));
      const l = queries.addResultSortedRowIdsListener(
        q,
        'movedAt',
        true,
        0,
        spec.limit,
        (_q, _t, _c, _d, _o, _l, ids) => cb(read(ids)),
      );
      return {
        unsubscribe() {
          queries.delListener(l);
          queries.delQueryDefinition(q);
        },
      };
    },
    liveCount(spec, cb) {
      const q = 'c' + n++;
      queries.setQueryDefinition(q, 'tasks', ({ select, where, group }) => {
        select('status');
        select('priority');
        where('status', spec.status);
        where((g) => g('priority') >= spec.minPriority);
        group('priority', 'count').as('n');
      });
      const v = () => {
        let s = 0;
        queries.forEachResultRow(q, (id) => {
          s += queries.getResultCell(q, id, 'n') ?? 0;
        });
        return s;
      };
      cb(v());
      const l = queries.addResultTableListener(q, () => cb(v()));
      return {
        unsubscribe() {
          queries.delListener(l);
          queries.delQueryDefinition(q);
        },
      };
    },
    apply: put,
    optimistic(id, patch) {
      const old = {};
      for (const k in patch) old[k] = store.getCell('tasks', id, k);
      put([{ id, patch }]);
      return { id, old };
    },
    confirm(h, c) {
      put([c]);
    },
    rollback(h) {
      put([{ id: h.id, patch: h.old }]);
    },
  };
}
