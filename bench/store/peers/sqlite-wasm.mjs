// SPDX-License-Identifier: MIT
//
import init from '@sqlite.org/sqlite-wasm';
import { sqlStore } from './sql-store.mjs';
export const meta = { name: '@sqlite.org/sqlite-wasm', syncRead: true };
export async function create() {
  const s3 = await init({ print() {}, printErr() {} });
  const d = new s3.oo1.DB(':memory:', 'c');
  const cache = new Map();
  const st = (sql) => {
    let s = cache.get(sql);
    if (!s) cache.set(sql, (s = d.prepare(sql)));
    return s;
  };
  return sqlStore({
    exec: (s) => d.exec(s),
    run(s, p) {
      const q = st(s);
      q.bind(p);
      q.step();
      q.reset();
    },
    all(s) {
      const q = st(s),
        out = [];
      while (q.step()) out.push(q.get({}));
      q.reset();
      return out;
    },
    one(s, p) {
      const q = st(s);
      q.bind(p);
      const r = q.step() ? q.get({}) : undefined;
      q.reset();
      return r;
    },
  });
}
