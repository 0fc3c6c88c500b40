// SPDX-License-Identifier: MIT
//
// Shared by the SQLite-in-WASM adapters: schema, statements, table-level invalidation (re-run every open query after a write),
// which is what useLiveQuery-style wrappers over SQLite do.
export const DDL = `CREATE TABLE tasks(id TEXT PRIMARY KEY, title TEXT, status TEXT, assignee TEXT, priority INTEGER, estimate REAL, openedAt INTEGER, movedAt INTEGER, done INTEGER, projectId TEXT) WITHOUT ROWID;
CREATE INDEX ix_status ON tasks(status, movedAt); CREATE INDEX ix_project ON tasks(projectId, status, movedAt);`;
export const F = [
  'id',
  'title',
  'status',
  'assignee',
  'priority',
  'estimate',
  'openedAt',
  'movedAt',
  'done',
  'projectId',
];
export const INSERT = `INSERT OR REPLACE INTO tasks VALUES(${F.map(() => '?').join(',')})`;
export const UPDATE = (k) => `UPDATE tasks SET ${k.map((x) => x + '=?').join(',')} WHERE id=?`;
export const SELECT = (s) =>
  `SELECT * FROM tasks WHERE ${s.projectId ? `projectId='${s.projectId}' AND ` : ''}status='${s.status}' AND priority>=${s.minPriority} ORDER BY movedAt DESC LIMIT ${s.limit}`;
export const COUNT = (s) => `SELECT count(*) AS n FROM tasks WHERE status='${s.status}' AND priority>=${s.minPriority}`;
export const vals = (r) => F.map((f) => (f === 'done' ? +r.done : r[f]));
// db: { exec(sql), run(stmtKey, params), all(sql) -> rows, one(sql, params) -> row }
export function sqlStore(db) {
  const qs = new Set();
  db.exec(DDL);
  const put = (cs) => {
    db.exec('BEGIN');
    for (const c of cs) {
      const k = Object.keys(c.patch);
      db.run(UPDATE(k), [...k.map((x) => (typeof c.patch[x] === 'boolean' ? +c.patch[x] : c.patch[x])), c.id]);
    }
    db.exec('COMMIT');
    for (const q of qs) q();
  };
  const same = (a, b) =>
    a.length === b.length &&
    a.every((r, i) => {
      const o = b[i];
      for (const k of F) if (r[k] !== o[k]) return false;
      return true;
    });
  return {
    load(rows) {
      db.exec('BEGIN');
      for (const r of rows) db.run(INSERT, vals(r));
      db.exec('COMMIT');
    },
    get: (id) => db.one('SELECT * FROM tasks WHERE id=?', [id]),
    live(spec, cb) {
      const sql = SELECT(spec);
      let cur = db.all(sql);
      cb(cur);
      const f = () => {
        const n = db.all(sql);
        if (!same(n, cur)) cb((cur = n));
      };
      qs.add(f);
      return { unsubscribe: () => qs.delete(f) };
    },
    liveCount(spec, cb) {
      const sql = COUNT(spec);
      let cur = db.all(sql)[0].n;
      cb(cur);
      const f = () => {
        const n = db.all(sql)[0].n;
        if (n !== cur) cb((cur = n));
      };
      qs.add(f);
      return { unsubscribe: () => qs.delete(f) };
    },
    apply: put,
    optimistic(id, patch) {
      const o = db.one('SELECT * FROM tasks WHERE id=?', [id]);
      const old = {};
      for (const k in patch) old[k] = o[k];
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
