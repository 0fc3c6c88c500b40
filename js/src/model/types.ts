// SPDX-License-Identifier: MIT
//
// The shape of `ablo.<model>`, as people use it. Verbs dispatch on their first argument: text is the positional form,
// an object the form with names. Nothing here exists at run time.
import type { Intent, Snapshot } from '../coordination/types';
import type { Duration } from '../duration';
import type { AnySchema, CreateOf, RegisteredSchema, RowOf, ShapeOf, UpdateOf } from '../schema/types';

export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'IN'
  | 'NOT IN'
  | 'IS'
  | 'IS NOT'
  | 'LIKE'
  | 'NOT LIKE'
  | 'ILIKE'
  | 'NOT ILIKE';
export type Direction = 'asc' | 'desc';

type Key<R> = keyof R & string;
export type Where<R> =
  { readonly [K in keyof R]?: R[K] | null | readonly R[K][] } | readonly (readonly [Key<R>, Operator, unknown])[];

export interface QueryOptions<R> {
  /** Fields and the values they have (null: none; an array: one of these), or conditions `[field, operator, value]`. */
  where?: Where<R>;
  orderBy?: { readonly [K in keyof R]?: Direction } | readonly (readonly [Key<R>, Direction])[];
  limit?: number;
  offset?: number;
  /** `live` by default. */
  state?: 'live' | 'archived' | 'all';
  /** Another name for `state`. */
  scope?: 'live' | 'archived' | 'all';
}

export interface LocalQueryOptions<R> extends QueryOptions<R> {
  /** Runs on what `where` let through, before offset and limit. */
  filter?: (row: R) => boolean;
}

/** What a read does with rows that somebody else holds, as far as this client has been told. */
export interface ReadOptions {
  /** `return`, the default: they are read as they are. `wait`: until nobody holds them. `fail`: `entity_claimed`. */
  ifClaimed?: 'return' | 'wait' | 'fail';
  /** How long to `wait`: `model_claimed_timeout` when it is over. */
  claimedTimeout?: Duration;
}

export interface LoadOptions<R> extends QueryOptions<R>, ReadOptions {
  /** Either way the answer is complete: rows that came once are kept up to date. */
  type?: 'unknown' | 'complete';
  /** Relations whose rows are fetched as well, so that they can be read here. */
  expand?: readonly string[];
}

/** A row that was read, or some fields of it. */
export interface Read {
  model: string;
  id: string;
  fields?: readonly string[];
  /** The stamp at which it was read: by default the write's own, or everything this client has seen. */
  readAt?: number;
  onStale?: 'reject' | 'flag';
}

export interface WriteOptions {
  /** `queued`: applied here. `confirmed`: the server has it. */
  wait?: 'queued' | 'confirmed';
  /** The stamp of what the write is based on. */
  readAt?: number | null;
  /** What happens if the row changed since `readAt`. `reject` when there is one. */
  onStale?: 'reject' | 'force' | 'overwrite' | 'flag' | 'notify' | 'merge' | null;
  /** Rows it relies on and does not write: refused if one of them changed after it was read. */
  reads?: readonly Read[];
  /** What it goes by, as it was read then: refused if one of those rows, or what one of those queries finds, changed since. */
  snapshot?: Snapshot<unknown>;
  /** Of an update made from the row: how often it is made anew before `contention_exhausted`. 100 by default. */
  retries?: number;
  /** The same key never takes effect twice. Made up when there is none. */
  idempotencyKey?: string | null;
  /** How long to wait for `confirmed`. The write stays queued when it is over. */
  timeout?: Duration;
  /** A claim to write under, or what to claim for this one write. */
  claim?: ClaimHandle<any> | Omit<ClaimOptions, 'id'> | string;
}

export interface ClaimOptions {
  id: string;
  /** What is being done: `editing` by default. `reason` is another name. */
  action?: string;
  reason?: string;
  description?: string;
  /** Only this of the row; claims of other fields may stand beside it. */
  field?: string;
  fields?: readonly string[];
  meta?: Record<string, unknown>;
  /** How long the claim outlives a holder that is gone. */
  ttl?: Duration;
  /** false: refused at once if somebody else holds the row. */
  wait?: boolean;
  maxQueueDepth?: number;
  /** How long to wait in line: `grant_timeout` when it is over. */
  timeout?: Duration;
  /** Leaves the line when it is aborted, with its reason; a row that is held by then is given back. */
  signal?: AbortSignal;
  /** Told of each place in line, then that the row is held. */
  onStatus?: (status: ClaimStatus) => void;
}

export type ClaimStatus = { readonly status: 'queued'; readonly position: number } | { readonly status: 'active' };

export interface ClaimHandle<R> extends AsyncDisposable {
  readonly object: 'claim';
  readonly claimId: string;
  readonly target: {
    readonly model: string;
    readonly id: string;
    readonly field?: string;
    readonly fields?: readonly string[];
    readonly meta?: Record<string, unknown>;
  };
  readonly action: string;
  readonly description?: string;
  readonly readAt?: number;
  /** The row as it was when the claim was granted. */
  readonly data: R;
  /** Aborted, with the reason, when the claim ends in any other way than release(). */
  readonly signal: AbortSignal;
  release(): Promise<void>;
  revoke(): Promise<void>;
}

export type ClaimSetOptions = Omit<ClaimOptions, 'id' | 'field' | 'fields'>;

/** Several rows that are held together. */
export interface ClaimSet<C = readonly ClaimHandle<any>[]> extends AsyncDisposable {
  readonly object: 'claims';
  /** Of the rows, in the order in which they were named. */
  readonly claims: C;
  /** Aborted, with the reason, when one of them ends in any other way than release(). */
  readonly signal: AbortSignal;
  /** Gives all of them back. */
  release(): Promise<void>;
}

/** Who holds a row, with those who wait for it. */
export type ClaimState = Intent & { readonly queue: ClaimQueue };
/** Those who wait, in order. `data` is the same array. */
export type ClaimQueue = readonly Intent[] & { readonly object: 'list'; readonly data: readonly Intent[] };

export interface ClaimVerb<R> {
  (options: ClaimOptions): Promise<ClaimHandle<R>>;
  (id: string, options?: Omit<ClaimOptions, 'id'>): Promise<ClaimHandle<R>>;
  /** Claims, runs, releases. */
  <T>(id: string, work: (claim: ClaimHandle<R>) => Promise<T> | T): Promise<T>;
  state(target: string | { id: string; field?: string }): ClaimState | null;
  queue(target: string | { id: string; field?: string }): ClaimQueue;
  release(target: string | { id: string } | ClaimHandle<R>): Promise<void>;
  /**
   * Puts those who wait in this order; who is not named stays behind them, as before. For who holds the row, a secret key,
   * or the operation `intent.reorder`: `permission_denied`.
   */
  reorder(target: { id: string; order: readonly (Pick<Intent, 'id'> | string)[] }): Promise<void>;
}

export interface LocalReads<R> {
  get(id: string): R | undefined;
  list(options?: LocalQueryOptions<R>): readonly R[];
  count(options?: LocalQueryOptions<R>): number;
}

export interface ModelClient<R, Create, Update> {
  /** The row this client has: synchronous, and tracked inside a selector. */
  retrieve(id: string): R | undefined;
  /** The row, fetched if this client does not have it. */
  retrieve(target: { id: string; type?: 'unknown' | 'complete'; expand?: readonly string[] } & ReadOptions): Promise<R | undefined>;
  get(id: string): R | undefined;
  getAll(options?: LocalQueryOptions<R>): readonly R[];
  getCount(options?: LocalQueryOptions<R>): number;
  count(options?: LocalQueryOptions<R>): number;
  readonly local: LocalReads<R>;
  load(options?: LoadOptions<R>): Promise<R[]>;
  list(options?: LoadOptions<R>): Promise<R[]>;

  create(data: Create, options?: WriteOptions): Promise<R>;
  create(input: { data: Create; id?: string } & WriteOptions): Promise<R>;
  update(id: string, data: Update, options?: WriteOptions): Promise<R>;
  /** From the row as it is, and made anew whenever the row changed before it landed. The function may run many times. */
  update(id: string, change: (current: R) => Update, options?: WriteOptions): Promise<R>;
  update(input: { id: string; data: (current: R) => Update } & WriteOptions): Promise<R>;
  update(input: { id: string; data: Update } & WriteOptions): Promise<R>;
  delete(id: string, options?: WriteOptions): Promise<void>;
  delete(input: { id: string } & WriteOptions): Promise<void>;
  archive(id: string, options?: WriteOptions): Promise<void>;
  archive(input: { id: string } & WriteOptions): Promise<void>;
  unarchive(id: string, options?: WriteOptions): Promise<void>;
  unarchive(input: { id: string } & WriteOptions): Promise<void>;

  readonly claim: ClaimVerb<R>;
  /** Called at once and after every change of the rows that match. Returns how to stop. */
  onChange(listener: (rows: readonly R[]) => void, options?: LocalQueryOptions<R>): () => void;
  /** How many rows match, now and whenever that is another number. */
  onCount(listener: (count: number) => void, options?: LocalQueryOptions<R>): () => void;
  subscribe(listener: (rows: readonly R[]) => void, options?: LocalQueryOptions<R>): () => void;
}

/** Without a schema to go by, rows are whatever they are. */
type ModelClientOf<M> = 0 extends 1 & ShapeOf<M>
  ? ModelClient<any, Record<string, unknown>, Record<string, unknown>>
  : ModelClient<RowOf<ShapeOf<M>>, CreateOf<ShapeOf<M>>, UpdateOf<ShapeOf<M>>>;

/** One client for each model of the schema. */
export type ModelClients<S extends AnySchema = RegisteredSchema> = {
  readonly [K in keyof S['models'] & string]: ModelClientOf<S['models'][K]>;
};
