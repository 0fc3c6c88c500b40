// SPDX-License-Identifier: MIT
//
import initSqlJs from 'sql.js';
import { sqlStore, F } from './sql-store.mjs';
export const meta = { name: 'sql.js (SQLite WASM)', syncRead: true };
export async function create() {
  const SQL = await initSqlJs();
  const d = new SQL.Database();
  const cache = new Map();
  const st = (sql) => {
    let s = cache.get(sql);
    if (!s) cache.set(sql, (s = d.prepare(sql)));
    return s;
  };
  return sqlStore({
    exec: (s) => d.exec(s),
    run: (s, p) => st(s).run(p),
    all(s) {
      const q = st(s),
        out = [];
      while (q.step()) out.push(q.getAsObject());
      q.reset();
      return out;
    },
    one(s, p) {
      const q = st(s);
      q.bind(p);
      const r = q.step() ? q.getAsObject() : undefined;
      q.reset();
      return r;
    },
  });
}
