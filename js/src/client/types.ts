// SPDX-License-Identifier: MIT
//
// The shape of a client, as people use it: what it is made with, what it has, what it tells. Nothing here exists at run
// time.
import type { Intent, IntentFilter, Snapshot, WaitOptions } from '../coordination/types';
import type { AbloError } from '../errors/errors';
import type { AnyModelClient } from '../model/model';
import type { ClaimHandle, ClaimOptions, ClaimSet, ClaimSetOptions, ModelClients, WriteOptions } from '../model/types';
import type { AnySchema, RegisteredSchema, RowOf, ShapeOf } from '../schema/types';
import type { ImageStorage } from '../storage/image';
import type { Logger, LogLevel } from './logger';

export interface AbloOptions<S extends AnySchema = AnySchema> {
  schema?: S | null;
  /** The key of a server or an agent: text, or how to get it. ABLO_API_KEY if absent, none if null. */
  apiKey?: string | null | (() => Promise<string> | string);
  /** A token that needs no exchange. */
  authToken?: string | null;
  /** How a page gets its token. null: the login is gone. A throw: try again. */
  getToken?: (() => Promise<string | null> | string | null) | null;
  /** The app's own route that answers a POST with `{token}`. */
  authEndpoint?: string | null;
  /** The server's address. ABLO_URL, what the session route names, or the loopback `ablo dev` if absent. */
  baseURL?: string | null;
  /** Servers only, and there not yet: `ablo serve` takes DATABASE_URL itself. */
  databaseUrl?: string | null;
  dangerouslyAllowBrowser?: boolean;
  kind?: 'user' | 'agent' | 'system';
  /** The agent that the holder of a secret key acts as. */
  agentId?: string;
  /** `full` takes every row there is at the start, `none` what is asked for. */
  bootstrap?: 'full' | 'none';
  bootstrapMode?: 'full' | 'none';
  /** `auto`: a write is refused if its row changed after this client's app last read it (docs/guide/writes.md). */
  guard?: 'auto' | 'none';
  /** What writes wait for: `queued` in browsers, `confirmed` elsewhere. */
  defaultWait?: 'queued' | 'confirmed';
  /** Where the rows are kept between two starts: nowhere, or in a storage. What is pending is not kept. */
  persistence?: 'memory' | 'volatile' | ImageStorage;
  transport?: 'websocket';
  fetch?: typeof fetch;
  /** A class with the interface of WebSocket, for a platform that has none or a test that plays the server. */
  WebSocket?: new (address: string, protocols: string[]) => object;
  defaultHeaders?: Record<string, string | null>;
  defaultQuery?: Record<string, string>;
  logger?: Logger;
  logLevel?: LogLevel;
}

type Entities<S extends AnySchema> = { readonly [K in keyof S['models'] & string]?: string | readonly string[] };
type SnapshotRowsOf<S extends AnySchema, E> = {
  readonly [K in keyof E & keyof S['models']]: Readonly<Record<string, RowOf<ShapeOf<S['models'][K]>>>>;
};

/** A row, as `{model: id}`. */
type RowName<S extends AnySchema> = { [K in keyof S['models'] & string]: { readonly [M in K]: string } }[keyof S['models'] & string];
type ClaimsOf<S extends AnySchema, T> = {
  readonly [I in keyof T]: ClaimHandle<RowOf<ShapeOf<S['models'][keyof T[I] & keyof S['models']]>>>;
};

/** What every client has, whatever its schema. */
export interface AbloClient<S extends AnySchema = RegisteredSchema> {
  /** Connects, and resolves when everything that comes at the start has come. */
  ready(): Promise<void>;
  /** Resolves when every write has settled. */
  waitForFlush(timeoutMs?: number): Promise<void>;
  /** Ends this client. Later calls reject. */
  dispose(): Promise<void>;
  readonly schema: S | undefined;
  readonly organizationId: string | null;
  readonly syncStatus: SyncStatus;
  readonly intents: {
    /** Who holds what, each with who waits behind it. Synchronous, and tracked inside a selector. */
    list(filter?: IntentFilter): readonly Intent[];
    /** A claim of a row of any model. */
    create(input: IntentInput): Promise<ClaimHandle<any>>;
    /** Resolves when nobody holds any of it, as far as this client has been told. */
    waitFor(target?: IntentFilter, options?: WaitOptions): Promise<void>;
  };
  /**
   * Claims several rows: all of them, or none. They are asked for one after the other in an order that is the same for
   * everybody, so that of two who want the same neither waits for ever.
   */
  claim<const T extends readonly RowName<S>[]>(rows: T, options?: ClaimSetOptions): Promise<ClaimSet<ClaimsOf<S, T>>>;
  readonly commits: { create(input: CommitInput): Promise<Receipt> };
  readonly sessions: { create(input: SessionInput): Promise<Session> };
  /**
   * A stamp to write against, and everything that the function reads: rows, and queries with their conditions. With
   * `{ snapshot }` a write is refused if any of that is not so any more. Where rows come as they are named (`bootstrap:
   * 'none'`), load() a query before.
   */
  snapshot<T>(read: (ablo: Ablo<S>) => T): Snapshot<{ readonly value: T }>;
  /** A stamp to write against, and the rows as they are now. */
  snapshot<const E extends Entities<S>>(entities: E): Snapshot<SnapshotRowsOf<S, E>>;
  /** A model by name, also one whose key is a member of the client itself. */
  model(key: keyof S['models'] & string): AnyModelClient;
  onSessionError(listener: (error: AbloError) => void): () => void;
  onMutationFailure(listener: (failure: MutationFailure) => void): () => void;
  setAuthToken(token: string): void;
  getAuthToken(): string | undefined;
  /** Tries to connect now, whatever pause there is. */
  nudgeReconnect(): void;
}

export type Ablo<S extends AnySchema = RegisteredSchema> = AbloClient<S> & Omit<ModelClients<S>, keyof AbloClient>;

/** What to claim; `resource` is another name for `model`. */
export interface IntentInput extends Omit<ClaimOptions, 'id' | 'field'> {
  target: { model?: string; resource?: string; id: string; field?: string };
}

export interface Operation {
  op: 'create' | 'update' | 'delete' | 'archive' | 'unarchive';
  model: string;
  id: string;
  data?: object;
}

/** A row that was written over although it had changed (`onStale: 'flag'`). */
export interface StaleNotification {
  model: string;
  id: string;
  fields?: string[];
  seq?: number;
}

export interface Receipt {
  readonly id: string;
  readonly status: 'queued' | 'confirmed';
  readonly lastSyncId?: number;
  readonly notifications?: StaleNotification[];
}

export interface MutationFailure {
  readonly transaction: { readonly id: string; readonly operations: readonly Operation[] };
  readonly error: AbloError;
  /** false: the outcome is not known, the write is still pending. */
  readonly permanent: boolean;
}

export interface CommitOperation {
  action: Operation['op'];
  model: string;
  /** Made up for a create without one. */
  id?: string;
  data?: Record<string, unknown>;
  /** In place of the commit's. */
  readAt?: number;
  onStale?: WriteOptions['onStale'];
}

export interface CommitInput extends Omit<WriteOptions, 'claim'> {
  operation?: CommitOperation;
  operations?: readonly CommitOperation[];
  claim?: { readonly claimId: string } | string;
}

export interface SessionInput {
  user: { id: string };
  /** 900 if absent; 900 at most. */
  ttlSeconds?: number;
  userMeta?: Record<string, unknown>;
}

export interface Session {
  readonly object: 'session';
  readonly id: string;
  /** What the browser connects with. */
  readonly token: string;
  readonly expiresAt: string;
  readonly organizationId?: string;
}

export interface SyncStatus {
  readonly state: 'idle' | 'syncing' | 'error' | 'offline' | 'reconnecting';
  readonly name: 'initial' | 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'needs-auth';
  readonly error: AbloError | null;
  /** Why it is not connected, if that is known. */
  readonly reason?: string;
  readonly progress: number;
  readonly pendingChanges: number;
  readonly hasUnsyncedChanges: boolean;
  readonly offlineSince: Date | null;
  readonly isSessionError: boolean;
  /** Whether everything that comes at the start has come. */
  readonly loaded: boolean;
  readonly organizationId: string | null;
  readonly actor: { readonly kind: string; readonly id: string } | null;
}
