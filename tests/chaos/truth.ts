// SPDX-License-Identifier: MIT
//
// Truth: what is in Postgres when everything is over, read from its tables by a session of its own.
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
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
  /** Null of a claim, and so is its index. */
  key: string;
  index: number;
  actor: { kind: string; id: string };
  /** What an update changed. */
  fields: string[] | null;
  /** The transaction that logged it, and when, in ms since 1970. */
  tx: string;
  at: number;
}

/** A row of ablo.commit. */
export interface Decision {
  key: string;
  attempt: number;
  status: string;
  seq: number | null;
}

/** A row of ablo.claim: how it stands, and when its time was over at last. */
export interface Lease {
  id: string;
  status: string;
  expiry: number;
}

export interface Truth {
  log: Entry[];
  decisions: Decision[];
  claims: Lease[];
  rows: Record<string, Row[]>;
}

const kTries = 100;
const kLog = `select seq::float8 as seq, kind, model, id, op, after, before, session, commit_key as key,
  operation_index as index, actor, fields, xmin::text as tx, extract(epoch from at)::float8 * 1000 as at from ablo.log order by seq`;
const kDecisions = 'select key, attempt, status, seq::float8 as seq from ablo.commit order by at, key, attempt';
const kClaims = 'select id, status, extract(epoch from expires_at)::float8 * 1000 as expiry from ablo.claim';
const column = (field: string) => `${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} as "${field}"`;

/** Until what is claimed had the time to end, or had more than enough of it. */
export async function nobodyClaims(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const standing = `select from ablo.claim where status in ('active', 'queued')`;
    for (let tries = 0; tries < kTries && (await client.query(standing)).rowCount! > 0; tries++) await pause(100);
  } finally {
    await client.end();
  }
}

export async function readTruth(url: string): Promise<Truth> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const rows: Truth['rows'] = {};
    for (const model of models) {
      rows[model] = (await client.query<Row>(`select id, ${fieldsOf[model]!.map(column).join(', ')} from ${model}`)).rows;
    }
    const { rows: log } = await client.query<Entry>(kLog);
    const { rows: decisions } = await client.query<Decision>(kDecisions);
    const { rows: claims } = await client.query<Lease>(kClaims);
    return { log, decisions, claims, rows };
  } finally {
    await client.end();
  }
}
