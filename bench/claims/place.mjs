// SPDX-License-Identifier: MIT
//
// Where a part runs: a Postgres, servers on it, and what is left there when all is over: the log, read by whom no
// code of the product stands between.
import { newPlace } from '../server/place.mjs';
import pg from 'pg';
import { fill, schema } from './schema.mjs';

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export async function newClaimsPlace({ tasks = 1, servers = 1 } = {}) {
  const place = await newPlace({ servers, rows: fill(tasks), document: schema.document });
  const sql = new pg.Client(place.cluster.url);
  sql.on('error', () => {}); // when a run is broken off the cluster ends first
  await sql.connect();
  return {
    ...place,
    sql,
    /** What a query gives for its only row and column. */
    async one(query, values) {
      const { rows } = await sql.query({ text: query, values, rowMode: 'array' });
      return rows[0][0];
    },
    /** Every entry of the log, in its order. */
    async log() {
      const { rows } = await sql.query(`
        select seq, kind, model, id, op, after, before, fields, actor, session, xmin::text as tx, extract(epoch from at)::float8 * 1000 as at
        from ablo.log where organization = 'org-1' order by seq`);
      return rows;
    },
    /** When the time of each claim was over at last, by its id, in ms. */
    async expiry() {
      const { rows } = await sql.query('select id, extract(epoch from expires_at)::float8 * 1000 as at from ablo.claim');
      return new Map(rows.map(({ id, at }) => [id, at]));
    },
    async close() {
      await sql.end();
      await place.close();
    },
  };
}
