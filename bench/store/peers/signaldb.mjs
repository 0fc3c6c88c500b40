// SPDX-License-Identifier: MIT
//
// signaldb: Collection with field indices; live query = reactive cursor observed with observeChanges-equivalent requery.
import { Collection, createIndex } from '@signaldb/core';
export const meta = { name: 'SignalDB', syncRead: true };
export async function create() {
  const c = new Collection({ indices: [createIndex('status'), createIndex('projectId')] });
  await c.isReady?.();
  const sel = (s) => ({
    ...(s.projectId ? { projectId: s.projectId } : {}),
    status: s.status,
    priority: { $gte: s.minPriority },
  });
  const put = (cs) =>
    c.batch(() => {
      for (const x of cs) c.updateOne({ id: x.id }, { $set: x.patch });
    });
  const observe = (mk, read, cb) => {
    const cur = mk();
    let first = true,
      dirty = false;
    const fire = () => {
      if (first || dirty) return;
      dirty = true;
      queueMicrotask(() => {
        dirty = false;
        cb(read(cur));
      });
    };
    const stop = cur.observeChanges({ added: fire, changed: fire, removed: fire, movedBefore: fire });
    first = false;
    cb(read(cur));
    return {
      unsubscribe() {
        stop();
        cur.cleanup();
      },
    };
  };
  return {
    load(rows) {
      if (c.insertMany) c.insertMany(rows);
      else
        c.batch(() => {
          for (const r of rows) c.insert(r);
        });
    },
    get: (id) => c.findOne({ id }, { reactive: false }),
    live: (spec, cb) =>
      observe(
        () => c.find(sel(spec), { sort: { movedAt: -1 }, limit: spec.limit, reactive: false }),
        (k) => k.fetch(),
        cb,
      ),
    liveCount: (spec, cb) =>
      observe(
        () => c.find(sel(spec), { reactive: false }),
        (k) => k.count(),
        cb,
      ),
    apply: put,
    optimistic(id, patch) {
      const o = c.findOne({ id }, { reactive: false });
      const old = {};
      for (const k in patch) old[k] = o[k];
      put([{ id, patch }]);
      return { id, old };
    },
    confirm(h, x) {
      put([x]);
    },
    rollback(h) {
      put([{ id: h.id, patch: h.old }]);
    },
  };
}
