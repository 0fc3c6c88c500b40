// SPDX-License-Identifier: MIT
//
// Truth: what is in Postgres when everything is over, read from its tables by a session of its own.
import pg from 'pg';
import type { Row } from './event';
import { fieldsOf, models } from './workspace';

/** An entry of ablo.log. */
export interface Entry {
  seq: number;
  kind: string;
  model: string;
  id: string;
  op: string;
  after: Row | null;
  before: Row | null;
  session: string;
  key: string;
  index: number;
}

/** A row of ablo.commit. */
export interface Decision {
  key: string;
  attempt: number;
  status: string;
  seq: number | null;
}

export interface Truth {
  log: Entry[];
  decisions: Decision[];
  rows: Record<string, Row[]>;
}

const kLog = `select seq::float8 as seq, kind, model, id, op, after, before, session, commit_key as key,
  operation_index as index from ablo.log order by seq`;
const kDecisions = 'select key, attempt, status, seq::float8 as seq from ablo.commit order by at, key, attempt';

export async function readTruth(url: string): Promise<Truth> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const rows: Truth['rows'] = {};
    for (const model of models) {
      rows[model] = (await client.query<Row>(`select id, ${fieldsOf[model]!.join(', ')} from ${model}`)).rows;
    }
    const { rows: log } = await client.query<Entry>(kLog);
    const { rows: decisions } = await client.query<Decision>(kDecisions);
    return { log, decisions, rows };
  } finally {
    await client.end();
  }
}
