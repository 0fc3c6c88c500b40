// SPDX-License-Identifier: MIT
//
// PGlite in memory with the live extension (live.query: re-runs on table change).
import { PGlite } from '@electric-sql/pglite';
import { live } from '@electric-sql/pglite/live';
export const meta = { name: 'PGlite live.query', syncRead: false };
const fix = (r) => r && { ...r, openedAt: +r.openedAt, movedAt: +r.movedAt };
export async function create() {
  const pg = await PGlite.create({ extensions: { live } });
  await pg.exec(
    `CREATE TABLE tasks(id text primary key, title text, status text, assignee text, priority int, estimate float8, "openedAt" int8, "movedAt" int8, done bool, "projectId" text); CREATE INDEX ON tasks(status,"movedAt"); CREATE INDEX ON tasks("projectId",status,"movedAt");`,
  );
  const cols = `x(id text, title text, status text, assignee text, priority int, estimate float8, "openedAt" int8, "movedAt" int8, done bool, "projectId" text)`;
  const up = (rows) =>
    pg.query(
      `INSERT INTO tasks SELECT * FROM json_to_recordset($1::json) AS ${cols} ON CONFLICT(id) DO UPDATE SET title=excluded.title,status=excluded.status,priority=excluded.priority,"movedAt"=excluded."movedAt"`,
      [rows],
    );
  return {
    async load(rows) {
      for (let i = 0; i < rows.length; i += 5000) await up(rows.slice(i, i + 5000));
    },
    async get(id) {
      return (await pg.query('SELECT * FROM tasks WHERE id=$1', [id])).rows[0];
    },
    async live(spec, cb) {
      const q = await pg.live.query(
        `SELECT * FROM tasks WHERE ${spec.projectId ? `"projectId"='${spec.projectId}' AND ` : ''}status='${spec.status}' AND priority>=${spec.minPriority} ORDER BY "movedAt" DESC LIMIT ${spec.limit}`,
        [],
        (r) => cb(r.rows),
      );
      cb(q.initialResults.rows);
      return { unsubscribe: () => q.unsubscribe() };
    },
    async liveCount(spec, cb) {
      const q = await pg.live.query(
        `SELECT count(*)::int AS n FROM tasks WHERE status='${spec.status}' AND priority>=${spec.minPriority}`,
        [],
        (r) => cb(r.rows[0].n),
      );
      cb(q.initialResults.rows[0].n);
      return { unsubscribe: () => q.unsubscribe() };
    },
    apply: (cs) => up(cs.map((c) => c.row)),
    async optimistic(id, patch, full) {
      const k = Object.keys(patch);
      await pg.query(`UPDATE tasks SET ${k.map((x, i) => `"${x}"=$${i + 1}`).join(',')} WHERE id=$${k.length + 1}`, [
        ...Object.values(patch),
        id,
      ]);
      return id;
    },
    confirm: (h, c) => up([c.row]),
    rollback: (h, old) => up([old]),
    close: () => pg.close(),
  };
}
