// SPDX-License-Identifier: MIT
//
// RxDB, memory storage, EventReduce on (free edition).
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
export const meta = { name: 'RxDB (memory storage)', syncRead: false };
const s = (m) => ({ type: 'string', maxLength: m }),
  num = { type: 'number', minimum: 0, maximum: 1e14, multipleOf: 1 };
const schema = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: s(40),
    title: { type: 'string' },
    status: s(16),
    assignee: s(20),
    priority: { type: 'number', minimum: 0, maximum: 4, multipleOf: 1 },
    estimate: { type: 'number' },
    openedAt: num,
    movedAt: num,
    done: { type: 'boolean' },
    projectId: s(20),
  },
  required: ['id', 'title', 'status', 'priority', 'movedAt', 'projectId'],
  indexes: [
    ['status', 'movedAt'],
    ['projectId', 'status', 'movedAt'],
  ],
};
export async function create() {
  const db = await createRxDatabase({
    name: 'b' + Math.random(),
    storage: getRxStorageMemory(),
    eventReduce: true,
    multiInstance: false,
  });
  const { tasks } = await db.addCollections({ tasks: { schema } });
  const q = (spec) => ({
    selector: {
      ...(spec.projectId ? { projectId: spec.projectId } : {}),
      status: spec.status,
      priority: { $gte: spec.minPriority },
    },
  });
  return {
    load: (rows) => tasks.bulkInsert(rows),
    get: (id) => tasks.findOne(id).exec(),
    live(spec, cb) {
      const sub = tasks
        .find({ ...q(spec), sort: [{ movedAt: 'desc' }], limit: spec.limit })
        .$.subscribe((docs) => cb(docs));
      return { unsubscribe: () => sub.unsubscribe() };
    },
    liveCount(spec, cb) {
      const sub = tasks.find(q(spec)).$.subscribe((d) => cb(d.length));
      return { unsubscribe: () => sub.unsubscribe() };
    },
    apply: (cs) => tasks.bulkUpsert(cs.map((c) => c.row)),
    async optimistic(id, patch) {
      const d = await tasks.findOne(id).exec();
      const old = {};
      for (const k in patch) old[k] = d[k];
      await d.incrementalPatch(patch);
      return { id, old };
    },
    async confirm(h, c) {
      await tasks.bulkUpsert([c.row]);
    },
    async rollback(h, old) {
      await tasks.bulkUpsert([old]);
    },
    close: () => db.close(),
  };
}
