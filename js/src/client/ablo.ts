// SPDX-License-Identifier: MIT
//
// Ablo(options): one client. It puts the parts together and hands out their verbs; it connects on first use.
import { Claims } from '../coordination/claims';
import { Intents, type IntentFilter } from '../coordination/intents';
import type { Intent } from '../coordination/intent';
import { Snapshots, type Snapshot } from '../coordination/snapshot';
import { abloError, asAbloError, type AbloError } from '../errors/errors';
import { modelClient, type AnyModelClient } from '../model/model';
import type { ModelClients } from '../model/types';
import type { AnySchema, RegisteredSchema, RowOf, ShapeOf } from '../schema/types';
import { createSession, type Session, type SessionInput } from '../sessions';
import { keys } from '../tracking';
import { Commits, type MutationFailure, type Receipt } from './commits';
import { createCommit, type CommitInput } from './create-commit';
import { readOptions, type AbloOptions } from './options';
import { Requests } from './requests';
import { Store } from './store';
import { SyncStatusReader, type SyncStatus } from './sync-status';
import { untilFlushed, untilReady } from './until';

type Entities<S extends AnySchema> = { readonly [K in keyof S['models'] & string]?: string | readonly string[] };
type SnapshotRowsOf<S extends AnySchema, E> = { readonly [K in keyof E & keyof S['models']]: Readonly<Record<string, RowOf<ShapeOf<S['models'][K]>>>> };

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
  readonly intents: { list(filter?: IntentFilter): readonly Intent[] };
  readonly commits: { create(input: CommitInput): Promise<Receipt> };
  readonly sessions: { create(input: SessionInput): Promise<Session> };
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

const stores = new WeakMap<object, Store>();

/** For React: what a client of ours is made of. */
export function storeOf(client: AbloClient<any>): Store {
  const store = stores.get(client);
  if (!store) throw abloError('invalid_options', 'client is not what Ablo() returns.', { param: 'client' });
  return store;
}

export function Ablo<S extends AnySchema = RegisteredSchema>(options: AbloOptions<S> = {}): Ablo<S> {
  const settings = readOptions(options);
  const store = new Store(settings);
  const commits = new Commits(store);
  const requests = new Requests(store);
  const intents = new Intents(store);
  const snapshots = new Snapshots(store);
  const claims = new Claims(store, requests, intents);
  const status = new SyncStatusReader(store);
  store.attach({ commits, requests, intents, snapshots });

  const parts = { store, commits, requests, claims, intents };
  const models = new Map(Object.entries(settings.schema?.columns ?? {}).map(([key, columns]) => [key, modelClient(key, columns, parts)]));
  let ready: Promise<void> | undefined;

  const client: AbloClient<S> = {
    ready() {
      ready ??= untilReady(store, status).catch((thrown: unknown) => {
        ready = undefined;
        throw asAbloError(thrown);
      });
      return ready;
    },
    waitForFlush: (timeoutMs) => untilFlushed(store, status, timeoutMs),
    dispose: async () => store.dispose(),
    schema: settings.schema as S | undefined,
    get organizationId() {
      return status.read().organizationId;
    },
    get syncStatus() {
      return status.read();
    },
    intents: Object.freeze({ list: (filter?: IntentFilter) => intents.list(filter) }),
    commits: Object.freeze({ create: (input: CommitInput) => createCommit(commits, input) }),
    sessions: Object.freeze({ create: (input: SessionInput) => createSession(settings, input) }),
    snapshot: (entities) => snapshots.take(entities as Record<string, string | readonly string[]>) as never,
    model(key) {
      const found = models.get(key);
      if (!found) throw abloError('unknown_model', `There is no model '${key}'; there are ${[...models.keys()].join(', ')}.`);
      return found;
    },
    onSessionError: (listener) =>
      store.signals.follow(
        () => status.read().isSessionError,
        (expired) => expired && listener(status.read().error!),
      ),
    onMutationFailure: (listener) => commits.onFailure(listener),
    setAuthToken(token) {
      settings.credential = { token };
      store.connection.nudge();
    },
    getAuthToken: () => store.connection.token,
    nudgeReconnect: () => store.connection.nudge(),
  };

  for (const [key, model] of models) {
    if (key in client) settings.logger.warn(`The client has a member ${key} of its own: the model is ablo.model('${key}').`);
    else Object.defineProperty(client, key, { value: model, enumerable: true });
  }
  stores.set(client, store);
  return Object.freeze(client) as Ablo<S>;
}
