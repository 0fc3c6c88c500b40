// SPDX-License-Identifier: MIT
//
// @rocicorp/zero: its client IVM (zql MemorySource + ArrayView), driven directly. This is what a Zero client runs per
// poke after Replicache applied the patch; the Replicache B-tree and rebase cost are NOT included (see replicache).
import { MemorySource } from './node_modules/@rocicorp/zero/out/zql/src/ivm/memory-source.js';
import { makeSourceChangeAdd, makeSourceChangeEdit } from './node_modules/@rocicorp/zero/out/zql/src/ivm/source.js';
import { consume } from './node_modules/@rocicorp/zero/out/zql/src/ivm/stream.js';
import { QueryDelegateBase } from './node_modules/@rocicorp/zero/out/zql/src/query/query-delegate-base.js';
import { newQuery } from './node_modules/@rocicorp/zero/out/zql/src/query/query-impl.js';
import { createSchema, table, string, number, boolean } from '@rocicorp/zero';
export const meta = { name: 'Zero (zql IVM only)', syncRead: true };
const tasks = table('tasks')
  .columns({
    id: string(),
    title: string(),
    status: string(),
    assignee: string(),
    priority: number(),
    estimate: number(),
    openedAt: number(),
    movedAt: number(),
    done: boolean(),
    projectId: string(),
  })
  .primaryKey('id');
const schema = createSchema({ tables: [tasks] });
class D extends QueryDelegateBase {
  defaultQueryComplete = true;
  listeners = new Set();
  constructor(src) {
    super();
    this.src = src;
  }
  getSource() {
    return this.src;
  }
  onTransactionCommit(cb) {
    this.listeners.add(cb);
    return () => this.listeners.delete(cb);
  }
  commit() {
    for (const l of this.listeners) l();
  }
}
export async function create() {
  const src = new MemorySource('tasks', schema.tables.tasks.columns, ['id']);
  const d = new D(src);
  const byId = new Map(); // Zero answers point reads through a query; the map stands for its row access
  const put = (rows) => {
    for (const r of rows) {
      const o = byId.get(r.id);
      byId.set(r.id, r);
      consume(src.push(o ? makeSourceChangeEdit(r, o) : makeSourceChangeAdd(r)));
    }
    d.commit();
  };
  return {
    load: put,
    get: (id) => src.data.get({ id }),
    live(spec, cb) {
      let q = newQuery(schema, 'tasks').where('status', spec.status).where('priority', '>=', spec.minPriority);
      if (spec.projectId) q = q.where('projectId', spec.projectId);
      const v = d.materialize(q.orderBy('movedAt', 'desc').limit(spec.limit));
      v.addListener((rows) => cb(rows));
      return { unsubscribe: () => v.destroy() };
    },
    apply: (cs) => put(cs.map((c) => c.row)),
    optimistic(id, patch, full) {
      const o = byId.get(id);
      put([full]);
      return o;
    },
    confirm(o, c) {
      put([c.row]);
    },
    rollback(o) {
      put([o]);
    },
  };
}
