// SPDX-License-Identifier: MIT
//
// The Data Source protocol: what an Ablo server asks of an endpoint, and what dataSource() is made of. Nothing here
// exists at run time.
import type { Operator } from '../model/types';
import type { AnySchema } from '../schema/types';

/** On whose behalf the server asks. */
export interface SourceScope {
  participantId?: string;
  participantKind?: 'user' | 'agent' | 'system';
  organizationId?: string;
  requiredSyncGroups?: string[];
  mode?: 'production' | 'sandbox' | (string & {});
}

/** Every condition has its operator, whatever form it came in: `[field, value]` becomes `[field, '=', value]`. */
export type SourceCondition = readonly [field: string, operator: Operator, value: unknown];

export interface SourceQuery {
  where?: readonly SourceCondition[];
  limit?: number;
  orderBy?: string;
  order?: 'asc' | 'desc';
  related?: readonly string[];
  /** The `nextCursor` of the page before. */
  cursor?: string;
}

export type SourceOperationType = 'CREATE' | 'UPDATE' | 'DELETE' | 'ARCHIVE' | 'UNARCHIVE';

export interface SourceOperation {
  type: SourceOperationType;
  model: string;
  id?: string;
  input?: Record<string, unknown>;
  transactionId?: string;
  /** Judged by the server, which has the log; a Data Source is told what it was. */
  readAt?: number;
  onStale?: string;
}

export interface LoadRequest {
  type: 'load';
  model: string;
  id: string;
  scope?: SourceScope;
}
export interface ListRequest {
  type: 'list';
  model: string;
  query: SourceQuery;
  scope?: SourceScope;
}
export interface CommitRequest {
  type: 'commit';
  model?: string;
  operations: readonly SourceOperation[];
  clientTxId?: string;
  scope?: SourceScope;
}
export interface EventsRequest {
  type: 'events';
  cursor?: string;
  limit?: number;
  scope?: SourceScope;
}
export type SourceRequest = LoadRequest | ListRequest | CommitRequest | EventsRequest;

export interface SourceDelta {
  model: string;
  id: string;
  type: SourceOperationType;
  data?: Record<string, unknown>;
  transactionId?: string;
}

/** A write that did not come through Ablo, or the echo of one that did (`clientTxId`). */
export interface SourceEvent {
  id: string;
  model: string;
  entityId: string;
  type: SourceOperationType;
  data?: object;
  organizationId?: string;
  clientTxId?: string;
  /** Milliseconds since 1970. */
  occurredAt?: number;
}

/** Rows are whatever JSON makes of them: a Date is its ISO text. */
export type LoadAnswer = object | null | undefined;
export type ListAnswer = readonly object[] | { rows: readonly object[]; nextCursor?: string | null };
export type CommitAnswer = readonly object[] | { rows?: readonly object[]; deltas?: readonly SourceDelta[] };
export type EventsAnswer = readonly SourceEvent[] | { events: readonly SourceEvent[]; nextCursor?: string | null };

export interface SourceContext<Auth = unknown> {
  /** What `authorize` returned. */
  auth: Auth;
  request: Request;
  /** The same in every attempt to send one request. */
  messageId: string;
  /** Milliseconds since 1970. */
  signedAt: number;
  scope?: SourceScope;
}

type Awaitable<T> = T | Promise<T>;

export interface SourceHandlers<Auth = unknown> {
  load?(input: { id: string; context: SourceContext<Auth> }): Awaitable<LoadAnswer>;
  list?(input: { query: SourceQuery; context: SourceContext<Auth> }): Awaitable<ListAnswer>;
  commit?(input: CommitInput<Auth>): Awaitable<CommitAnswer>;
}

export interface CommitInput<Auth = unknown> {
  operations: readonly SourceOperation[];
  /** Names the batch. The same one again must not take effect again: answer what was answered. */
  clientTxId?: string;
  context: SourceContext<Auth>;
}

/** All handlers in one: what prismaDataSource() and drizzleDataSource() return. */
export interface SourceAdapter {
  readonly capabilities: { transactions: boolean; propose: boolean; schemaIntrospection: boolean };
  /** The tables it needs beside yours, each statement safe to run again. */
  migrations(): { name: string; up: string }[];
  read(request: LoadRequest | ListRequest, scope?: SourceScope): Promise<{ row: object | null } | SourcePage>;
  commit(
    commit: { operations: readonly SourceOperation[]; clientTxId: string },
    scope?: SourceScope,
  ): Promise<{ rows: object[] }>;
  events(page: { cursor?: string; limit?: number }): Promise<SourceEventPage>;
}
export interface SourcePage {
  rows: object[];
  nextCursor?: string;
}
export interface SourceEventPage {
  events: (SourceEvent & { cursor: string })[];
  nextCursor: string | null;
}

/** What a secret, a grant or an identity may be looked up by. `body` is what the request says, verified or not. */
export interface SourceCall {
  request: Request;
  body: unknown;
  rawBody: string;
}

/** Several while keys are rotated: a request signed with any of them is genuine. */
export type Secret = string | readonly string[];

export interface DataSourceOptions<S extends AnySchema = AnySchema, Auth = unknown> {
  schema: S;
  /** The secret that requests are signed with, or how to find it. ABLO_API_KEY if absent. */
  apiKey?: Secret | ((call: SourceCall) => Awaitable<Secret>);
  /** A secret of its own for this endpoint, in place of the API key. */
  signingSecret?: Secret;
  /** How far the clocks of both sides may differ: 300,000 ms. */
  signatureToleranceMs?: number;
  /** Returns what handlers find as `context.auth`. A throw refuses the request. */
  authorize?(call: SourceCall): Awaitable<Auth>;
  /** The types of request that are granted: all if absent. */
  resolveScopes?(call: { auth: Auth; request: Request; body: unknown }): Awaitable<Iterable<SourceRequest['type']>>;
  models?: { readonly [K in keyof S['models']]?: SourceHandlers<Auth> };
  /** Takes whole batches, over all models, in place of the models' own commit(). */
  commit?(input: CommitInput<Auth>): Awaitable<CommitAnswer>;
  events?(input: { cursor?: string; limit?: number; context: SourceContext<Auth> }): Awaitable<EventsAnswer>;
  /** Answers everything, in place of all handlers. */
  adapter?: SourceAdapter;
}
