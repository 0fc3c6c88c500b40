// SPDX-License-Identifier: MIT
//
// lokijs 1.5: unique id index, one persistent DynamicView per live query (its own incremental filter), rebuild event.
import Loki from 'lokijs';
export const meta = { name: 'lokijs DynamicView', syncRead: true };
export async function create() {
  const db = new Loki('b', { autosave: false });
  const c = db.addCollection('tasks', { unique: ['id'], indices: ['status', 'projectId'], disableMeta: true });
  let nv = 0;
  const write = (cs) => {
    for (const x of cs) {
      const d = c.by('id', x.id);
      Object.assign(d, x.patch);
      c.update(d);
    }
  };
  return {
    load(rows) {
      c.insert(rows);
    },
    get: (id) => c.by('id', id),
    live(spec, cb) {
      const dv = c.addDynamicView('v' + nv++, { sortPriority: 'passive', minRebuildInterval: 0 });
      const f = { status: spec.status, priority: { $gte: spec.minPriority } };
      if (spec.projectId) f.projectId = spec.projectId;
      dv.applyFind({ $and: Object.entries(f).map(([k, v]) => ({ [k]: v })) });
      dv.applySimpleSort('movedAt', true);
      const read = () => {
        if (dv.sortDirty) dv.performSortPhase({ suppressRebuildEvent: true });
        return dv.branchResultset().limit(spec.limit).data();
      };
      cb(read());
      const on = () => cb(read());
      dv.on('rebuild', on);
      return {
        unsubscribe() {
          dv.removeListener('rebuild', on);
          c.removeDynamicView(dv.name);
        },
      };
    },
    liveCount(spec, cb) {
      const dv = c.addDynamicView('v' + nv++, { minRebuildInterval: 0 });
      dv.applyFind({ $and: [{ status: spec.status }, { priority: { $gte: spec.minPriority } }] });
      let last = dv.count();
      cb(last);
      const on = () => {
        const n = dv.count();
        if (n !== last) cb((last = n));
      };
      dv.on('rebuild', on);
      return {
        unsubscribe() {
          c.removeDynamicView(dv.name);
        },
      };
    },
    apply: write,
    optimistic(id, patch) {
      const d = c.by('id', id);
      const old = { id };
      for (const k in patch) old[k] = d[k];
      write([{ id, patch }]);
      return old;
    },
    confirm(h, ch) {
      write([ch]);
    },
    rollback(h) {
      write([{ id: h.id, patch: h }]);
    },
  };
}
