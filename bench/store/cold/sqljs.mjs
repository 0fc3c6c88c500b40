// SPDX-License-Identifier: MIT
//
// sql.js: the database exported as one value; opening it again reads that, starts SQLite and asks it.
import initSqlJs from 'sql.js';
import { DDL, INSERT, SELECT, vals } from '../peers/sql-store.mjs';
import { target } from '../rows.mjs';
import { open } from './kept.mjs';

const start = () => initSqlJs({ locateFile: () => '/sql-wasm.wasm' });

export async function persist(rows) {
  const { Database } = await start();
  const database = new Database();
  database.exec(DDL);
  database.exec('BEGIN');
  const insert = database.prepare(INSERT);
  for (const row of rows) insert.run(vals(row));
  insert.free();
  database.exec('COMMIT');
  await (await open('sqljs')).put([['database', database.export()]]);
}

export async function reopen() {
  const [{ Database }, kept] = await Promise.all([start(), open('sqljs')]);
  const select = new Database(await kept.get('database')).prepare(SELECT(target));
  const rows = [];
  while (select.step()) rows.push(select.getAsObject());
  return rows.length;
}
