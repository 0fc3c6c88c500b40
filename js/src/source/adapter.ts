// SPDX-License-Identifier: MIT
//
// What the adapters share. A commit is one transaction: its key into the ledger, each operation, their events into the
// outbox, the answer into the ledger. A key that is there already is answered as it was.
//
// A model that declares `organizationId` is held to the organization of the request: its other rows are not there.
// `readAt` is not looked at: it is a place in the server's log, and the server judges it before it sends the commit.
import { abloError } from '../errors/errors';
import { randomId } from '../platform';
import type { AnySchema } from '../schema/types';
import { databaseError } from './database-error';
import { sourceError } from './errors';
import { sourceEventForOperation } from './event';
import { appendEvents, begin, finish, migrations, readEvents, type Run } from './ledger';
import { modelNamed, modelsOf, type SourceModel } from './models';
import type { SourceAdapter, SourceEvent, SourceOperation, SourcePage, SourceQuery, SourceScope } from './types';

export type Data = Record<string, unknown>;
/** Which row: its id, and its organization where the model has one. */
export type Key = { id: string; organizationId?: string };

/** The rows of a database, as some library reads and writes them. Null: there is no such row. */
export interface Rows {
  load(model: SourceModel, key: Key): Promise<object | null>;
  list(model: SourceModel, query: SourceQuery): Promise<SourcePage>;
  create(model: SourceModel, data: Data): Promise<object>;
  update(model: SourceModel, key: Key, data: Data): Promise<object | null>;
  delete(model: SourceModel, key: Key): Promise<object | null>;
}

export interface Database {
  rows: Rows;
  run: Run;
}

export interface Transactions extends Database {
  transaction<T>(work: (inside: Database) => Promise<T>): Promise<T>;
}

/** What `nextCursor` pages are cut to when a query asks for more. */
const longestPage = 1000;

export function sourceAdapter(schema: AnySchema, database: Transactions): SourceAdapter {
  const models = modelsOf(schema);
  return {
    capabilities: { transactions: true, propose: false, schemaIntrospection: false },
    migrations,
    read: (request, scope) =>
      named(async () => {
        const model = modelNamed(models, request.model);
        const own = ownOf(model, scope);
        if (request.type === 'load') return { row: await database.rows.load(model, { id: request.id, ...own }) };
        if (request.query.related?.length)
          throw abloError('query_invalid', 'Adapters load no related rows: ask for them by id.');
        const where = [
          ...(request.query.where ?? []),
          ...Object.entries(own).map(([field, value]) => [field, '=', value] as const),
        ];
        const limit = Math.min(request.query.limit ?? longestPage, longestPage);
        return database.rows.list(model, { ...request.query, where, limit });
      }),
    commit: ({ operations, clientTxId }, scope) =>
      named(() =>
        database.transaction(async ({ rows, run }) => {
          const before = await begin(run, clientTxId, [scope?.organizationId ?? null, operations]);
          if (before) return before;
          const after: object[] = [];
          const events: SourceEvent[] = [];
          for (const operation of operations) {
            const model = modelNamed(models, operation.model);
            const row = (await write(rows, model, operation, ownOf(model, scope))) as Data & { id: string };
            if (operation.type !== 'DELETE') after.push(row);
            const eventId = `${clientTxId}:${events.length}`;
            const event = { eventId, operation, entityId: row.id, data: row, clientTxId, occurredAt: Date.now() };
            events.push(sourceEventForOperation({ ...event, organizationId: scope?.organizationId }));
          }
          await appendEvents(run, events);
          return finish(run, clientTxId, { rows: after });
        }),
      ),
    events: (page) => named(() => readEvents(database.run, page)),
  };
}

async function write(
  rows: Rows,
  model: SourceModel,
  operation: SourceOperation,
  own: { organizationId?: string },
): Promise<object> {
  const input = operation.input ?? {};
  const now = new Date().toISOString();
  const declared = (data: Data) => Object.fromEntries(Object.entries(data).filter(([name]) => model.fields.has(name)));
  if (operation.type === 'CREATE') {
    const id = operation.id ?? input['id'] ?? randomId();
    return rows.create(model, declared({ createdAt: now, updatedAt: now, ...input, id, ...own }));
  }
  const key = { id: operation.id!, ...own };
  const change = { updatedAt: now, ...input, ...archiving(model, operation, now), ...key };
  const row =
    operation.type === 'DELETE' ? await rows.delete(model, key) : await rows.update(model, key, declared(change));
  if (!row) throw abloError('entity_not_found', `${model.key}/${operation.id}:`);
  return row;
}

function archiving(model: SourceModel, { type }: SourceOperation, now: string): Data {
  if (type !== 'ARCHIVE' && type !== 'UNARCHIVE') return {};
  if (!model.fields.has('archivedAt'))
    throw sourceError('source_commit_invalid', `${model.key} declares no archivedAt, so none of it can be archived.`);
  return { archivedAt: type === 'ARCHIVE' ? now : null };
}

function ownOf(model: SourceModel, scope: SourceScope | undefined): { organizationId?: string } {
  if (!model.fields.has('organizationId')) return {};
  if (!scope?.organizationId)
    throw sourceError('source_forbidden', `${model.key} belongs to organizations; the request names none.`);
  return { organizationId: scope.organizationId };
}

/** What the database refuses has a name, so that the server knows whether to try again. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw databaseError(thrown);
  }
}
