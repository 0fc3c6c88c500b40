// SPDX-License-Identifier: MIT
//
// The two tables beside the application's own. `ablo_idempotency` has the answer to every commit under its key, so that
// one sent twice takes effect once. `ablo_outbox` has what happened, in the order in which it was committed: who
// appends holds a lock until the end of the transaction, or a reader at 7 would miss 6, which is committed later. The
// lock is a trigger's, so that an INSERT of the application's own takes it too.
import { abloError } from '../errors/errors';
import type { SourceEvent, SourceEventPage } from './types';

/** Runs one statement in Postgres. Parameters are text or null: what else they are, the statement says. */
export type Run = (statement: string, ...parameters: (string | null)[]) => Promise<Record<string, any>[]>;

export const migrations = () => [
  {
    name: 'ablo_idempotency',
    up: `create table if not exists ablo_idempotency (
  client_tx_id text primary key,
  operations_hash text not null,
  response jsonb not null,
  created_at timestamptz not null default now()
)`,
  },
  {
    name: 'ablo_idempotency_hash', // a table of the SDK before this one has none
    up: 'alter table ablo_idempotency add column if not exists operations_hash text',
  },
  {
    name: 'ablo_outbox',
    up: `create table if not exists ablo_outbox (
  cursor bigserial primary key,
  id text not null unique,
  model text not null,
  entity_id text not null,
  type text not null,
  data jsonb,
  organization_id text,
  client_tx_id text,
  occurred_at bigint,
  created_at timestamptz not null default now()
)`,
  },
  {
    name: 'ablo_outbox_in_order',
    up: `create or replace function ablo_outbox_in_order() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock('ablo_outbox'::regclass::oid::bigint);
  return null;
end $$`,
  },
  {
    name: 'ablo_outbox_in_order_trigger',
    up: `create or replace trigger ablo_outbox_in_order before insert on ablo_outbox
for each statement execute function ablo_outbox_in_order()`,
  },
];

type Answer = { rows: object[] };

const hash = (parameter: string) => `encode(sha256(convert_to(${parameter}::text::jsonb::text, 'UTF8')), 'hex')`;

/** What was answered under this key, if it was; else the key is ours. Another transaction that has it is waited for. */
export async function begin(run: Run, clientTxId: string, intent: unknown): Promise<Answer | undefined> {
  const text = JSON.stringify(intent);
  const fresh = await run(
    `insert into ablo_idempotency (client_tx_id, operations_hash, response) values ($1::text, ${hash('$2')}, '{}')
     on conflict do nothing returning client_tx_id`,
    ...[clientTxId, text],
  );
  if (fresh.length > 0) return undefined;
  const [stored] = await run(
    `select response, coalesce(operations_hash, ${hash('$2')}) = ${hash('$2')} as same from ablo_idempotency where client_tx_id = $1::text`,
    ...[clientTxId, text],
  );
  if (!stored?.['same']) throw abloError('idempotency_conflict', `clientTxId ${clientTxId}:`);
  return stored['response'] as Answer;
}

export async function finish(run: Run, clientTxId: string, answer: Answer): Promise<Answer> {
  await run(
    'update ablo_idempotency set response = $2::text::jsonb where client_tx_id = $1::text',
    ...[clientTxId, JSON.stringify(answer)],
  );
  return answer;
}

export async function appendEvents(run: Run, events: readonly SourceEvent[]): Promise<void> {
  await run(
    `insert into ablo_outbox (id, model, entity_id, type, data, organization_id, client_tx_id, occurred_at)
     select event ->> 'id', event ->> 'model', event ->> 'entityId', event ->> 'type', event -> 'data',
            event ->> 'organizationId', event ->> 'clientTxId', (event ->> 'occurredAt')::bigint
     from jsonb_array_elements($1::text::jsonb) with ordinality as e (event, place) order by place`,
    JSON.stringify(events),
  );
}

export async function readEvents(run: Run, page: { cursor?: string; limit?: number }): Promise<SourceEventPage> {
  const { cursor, limit = 100 } = page;
  if (cursor !== undefined && !/^\d{1,18}$/.test(cursor))
    throw abloError('query_invalid', `The cursor '${cursor}' is none of ours.`);
  const rows = await run(
    `select jsonb_strip_nulls(jsonb_build_object(
       'cursor', cursor::text, 'id', id, 'model', model, 'entityId', entity_id, 'type', type,
       'organizationId', organization_id, 'clientTxId', client_tx_id, 'occurredAt', occurred_at)) as event, data
     from ablo_outbox where cursor > $1::text::bigint order by cursor limit $2::text::int`,
    ...[cursor ?? '0', String(Math.min(limit, 1000))],
  );
  const events = rows.map(({ event, data }) =>
    data === null ? event : { ...event, data },
  ) as SourceEventPage['events'];
  return { events, nextCursor: events.at(-1)?.cursor ?? cursor ?? null };
}
