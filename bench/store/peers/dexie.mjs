// SPDX-License-Identifier: MIT
//
// Dexie liveQuery over fake-indexeddb (Node): there is no in-memory mode, so this is IndexedDB semantics without a disk.
import 'fake-indexeddb/auto';
import Dexie, { liveQuery } from 'dexie';
export const meta = { name: 'Dexie liveQuery (fake-indexeddb)', syncRead: false };
export async function create() {
  const db = new Dexie('b');
  db.version(1).stores({ tasks: 'id,[status+movedAt],[projectId+status+movedAt]' });
  await db.open();
  const q = (s) =>
    (s.projectId
      ? db.tasks
          .where('[projectId+status+movedAt]')
          .between([s.projectId, s.status, Dexie.minKey], [s.projectId, s.status, Dexie.maxKey])
      : db.tasks.where('[status+movedAt]').between([s.status, Dexie.minKey], [s.status, Dexie.maxKey])
    )
      .reverse()
      .filter((r) => r.priority >= s.minPriority);
  const lq = (f, cb) => {
    const sub = liveQuery(f).subscribe(cb);
    return { unsubscribe: () => sub.unsubscribe() };
  };
  return {
    load: (rows) => db.tasks.bulkAdd(rows),
    get: (id) => db.tasks.get(id),
    live: (s, cb) => lq(() => q(s).limit(s.limit).toArray(), cb),
    liveCount: (s, cb) => lq(() => q(s).count(), cb),
    apply: (cs) => db.tasks.bulkPut(cs.map((c) => c.row)),
    async optimistic(id, patch) {
      await db.tasks.update(id, patch);
      return id;
    },
    confirm: (h, c) => db.tasks.put(c.row),
    rollback: (h, old) => db.tasks.put(old),
  };
}
