// SPDX-License-Identifier: MIT
//
// @tanstack/db: collection with a sync source, live query collections (d2ts IVM), real optimistic transactions.
import {
  createCollection,
  createLiveQueryCollection,
  eq,
  gte,
  and,
  count,
  BTreeIndex,
  createOptimisticAction,
} from '@tanstack/db';
export const meta = { name: 'TanStack DB', syncRead: true };
export async function create() {
  let sync;
  const waiting = new Map();
  const coll = createCollection({
    id: 'tasks',
    getKey: (r) => r.id,
    startSync: true,
    gcTime: 0,
    ...(BTreeIndex ? { autoIndex: 'eager', defaultIndexType: BTreeIndex } : {}),
    sync: {
      sync: (p) => {
        sync = p;
        p.markReady();
        return () => {};
      },
      rowUpdateMode: 'full',
    },
    onUpdate: ({ transaction }) => new Promise((res, rej) => waiting.set(transaction.mutations[0].key, { res, rej })),
  });
  const write = (cs) => {
    sync.begin();
    for (const c of cs) sync.write({ type: 'update', value: c.row, key: c.id });
    sync.commit();
  };
  return {
    load(rows) {
      sync.begin();
      for (const r of rows) sync.write({ type: 'insert', value: r });
      sync.commit();
    },
    get: (id) => coll.get(id),
    async live(spec, cb) {
      const l = createLiveQueryCollection({
        startSync: true,
        gcTime: 0,
        query: (q) =>
          q
            .from({ t: coll })
            .where(({ t }) =>
              spec.projectId
                ? and(eq(t.projectId, spec.projectId), eq(t.status, spec.status), gte(t.priority, spec.minPriority))
                : and(eq(t.status, spec.status), gte(t.priority, spec.minPriority)),
            )
            .orderBy(({ t }) => t.movedAt, 'desc')
            .limit(spec.limit),
      });
      await l.preload();
      cb(l.toArray);
      const s = l.subscribeChanges(() => cb(l.toArray));
      return {
        async unsubscribe() {
          s.unsubscribe();
          await l.cleanup();
        },
      };
    },
    async liveCount(spec, cb) {
      const l = createLiveQueryCollection({
        startSync: true,
        gcTime: 0,
        query: (q) =>
          q
            .from({ t: coll })
            .where(({ t }) => and(eq(t.status, spec.status), gte(t.priority, spec.minPriority)))
            .groupBy(({ t }) => t.status)
            .select(({ t }) => ({ s: t.status, n: count(t.id) })),
      });
      await l.preload();
      const v = () => l.toArray[0]?.n ?? 0;
      cb(v());
      const s = l.subscribeChanges(() => cb(v()));
      return {
        async unsubscribe() {
          s.unsubscribe();
          await l.cleanup();
        },
      };
    },
    apply: write,
    optimistic(id, patch) {
      return {
        id,
        tx: coll.update(id, (d) => {
          Object.assign(d, patch);
        }),
      };
    },
    async confirm(h, c) {
      write([c]);
      waiting.get(h.id).res();
      await h.tx.isPersisted.promise;
    },
    rollback(h) {
      h.tx.isPersisted.promise.catch(() => {});
      h.tx.rollback();
    },
  };
}
