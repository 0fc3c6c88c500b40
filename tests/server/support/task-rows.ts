// SPDX-License-Identifier: MIT
//
// Random tasks in two places: written to Postgres as only SQL can, and held by a client that is told of them by hand. What one
// says of them the other has to say as well.
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import type pg from 'pg';
import { ScriptedLine, turn } from '../../support/scripted-socket';
import type { Cell, TaskRow } from './random-query';

export const schema = defineSchema({
  tasks: model({
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']),
    count: z.number().optional(),
    done: z.boolean().optional(),
    due: z.date().optional(),
    place: z.string().optional(),
    extra: z.json().optional(),
  }),
  notes: model({ text: z.string() }),
});

const columns = 'id, title, status, count, done, due, place, extra, created_by, archived_at';
const cells = 'id, title, status, count, done, due, place, extra, "createdBy", "archivedAt"';
const types = `id text, title text, status text, count float8, done boolean, due timestamptz, place text, extra jsonb,
  "createdBy" text, "archivedAt" timestamptz`;
const written = columns.split(', ').map((column) => `${column} = excluded.${column}`);

/** Those of them that are there already are written over. */
export async function writeRows(sql: pg.Client, organization: string, rows: readonly TaskRow[]): Promise<void> {
  await sql.query(
    `insert into tasks (organization_id, ${columns})
     select $1, ${cells} from jsonb_to_recordset($2) as r (${types})
     on conflict (organization_id, id) do update set ${written.join()}`,
    [organization, JSON.stringify(rows.map((row) => ({ ...row, extra: parsed(row['extra']!) })))],
  );
}

const parsed = (json: Cell): unknown => (json === null ? null : JSON.parse(String(json)));

export interface LocalClient {
  tasks: any;
  hold(loaded: object): Promise<void>;
  end(): Promise<void>;
}

/** A client that holds what it is told, and nobody to tell it but the test. */
export async function localClient(): Promise<LocalClient> {
  const line = new ScriptedLine();
  const { WebSocket } = line;
  const ablo = Ablo({ schema, WebSocket, apiKey: null, bootstrap: 'full', baseURL: 'http://scripted.invalid' });
  ablo.ready().catch(() => {});
  await line.called();
  line.open();
  const actor = { kind: 'user', id: 'ada' };
  line.say({ type: 'welcome', organization: 'acme', actor, epoch: 'e', seq: 0, start: 'load' });
  const hold = async (loaded: object): Promise<void> => (line.say(loaded), turn());
  return { tasks: ablo.tasks, hold, end: () => ablo.dispose() };
}
