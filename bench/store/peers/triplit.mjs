// SPDX-License-Identifier: MIT
//
// Triplit client, memory storage, no server: server deltas go through db.applyChangesWithTimestamp (as its SyncEngine does),
// optimistic writes through client.update (outbox). Rollback (clearPendingChangesForEntity) notified nobody in this offline setup: not measured.
import { TriplitClient, Schema as S } from '@triplit/client';
export const meta = { name: 'Triplit', syncRead: false };
const schema = S.Collections({
  tasks: {
    schema: S.Schema({
      id: S.Id(),
      title: S.String(),
      status: S.String(),
      assignee: S.String(),
      priority: S.Number(),
      estimate: S.Number(),
      openedAt: S.Number(),
      movedAt: S.Number(),
      done: S.Boolean(),
      projectId: S.String(),
    }),
  },
});
export async function create() {
  const c = new TriplitClient({ schema, storage: 'memory', autoConnect: false, logLevel: 'error' });
  await c.ready;
  let t = 1;
  const apply = async (entries) => {
    await c.db.applyChangesWithTimestamp(
      { tasks: { sets: new Map(entries), deletes: new Set() } },
      [Math.max(t++, (Date.now() % 1e6) + t), t, 'server'],
      { skipRules: true },
    );
    await c.db.updateQueryViews();
    c.db.broadcastToQuerySubscribers();
  };
  const q = (s) => {
    let b = c.query('tasks').Where('status', '=', s.status).Where('priority', '>=', s.minPriority);
    if (s.projectId) b = b.Where('projectId', '=', s.projectId);
    return b;
  };
  return {
    async load(rows) {
      await apply(rows.map((r) => [r.id, r]));
    },
    get: (id) => c.fetchById('tasks', id, { policy: 'local-only' }),
    live(s, cb) {
      const un = c.subscribe(
        q(s).Order('movedAt', 'DESC').Limit(s.limit),
        (r) => cb(r),
        (e) => console.error(e),
        { policy: 'local-only', localOnly: true },
      );
      return { unsubscribe: un };
    },
    apply: (cs) => apply(cs.map((x) => [x.id, x.patch])),
    async optimistic(id, patch) {
      await c.update('tasks', id, (e) => {
        Object.assign(e, patch);
      });
      return id;
    },
    async confirm(id, x) {
      await c.syncEngine.clearPendingChangesForEntity?.('tasks', id);
      await apply([[id, x.patch]]);
    },
  };
}
