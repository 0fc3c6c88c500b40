// SPDX-License-Identifier: MIT
//
// Ablo(options): one client. It puts the parts together and hands out their verbs; it connects on first use.
import { Claims } from '../coordination/claims';
import { Intents } from '../coordination/intents';
import { Snapshots } from '../coordination/snapshot';
import type { IntentFilter, WaitOptions } from '../coordination/types';
import { abloError, asAbloError } from '../errors/errors';
import { modelClient } from '../model/model';
import type { ClaimSetOptions } from '../model/types';
import type { AnySchema, RegisteredSchema } from '../schema/types';
import { createSession } from '../sessions';
import { Commits } from './commits';
import { createCommit } from './create-commit';
import { readOptions } from './options';
import { Requests } from './requests';
import { Store } from './store';
import { SyncStatusReader } from './sync-status';
import type { Ablo as AbloType, AbloClient, AbloOptions, CommitInput, IntentInput, SessionInput } from './types';
import { untilFlushed, untilReady } from './until';

export type Ablo<S extends AnySchema = RegisteredSchema> = AbloType<S>;

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
  const requests = new Requests(store);
  const intents = new Intents(store, requests);
  const snapshots = new Snapshots(store);
  const claims = new Claims(store, requests, intents);
  const commits = new Commits(store, claims, snapshots);
  const status = new SyncStatusReader(store);
  store.attach({ commits, requests, claims, intents, snapshots });

  const parts = { store, commits, requests, claims, intents };
  const models = new Map(
    Object.entries(settings.schema?.columns ?? {}).map(([key, columns]) => [key, modelClient(key, columns, parts)]),
  );
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
    intents: Object.freeze({
      list: (filter?: IntentFilter) => intents.list(filter),
      create: async (intent: IntentInput) =>
        claims.one((intent?.target?.resource ?? intent?.target?.model)!, { ...intent, ...intent?.target } as never),
      waitFor: (filter?: IntentFilter, options?: WaitOptions) => intents.waitFor(filter, options),
    }),
    commits: Object.freeze({ create: (input: CommitInput) => createCommit(commits, input) }),
    sessions: Object.freeze({ create: (input: SessionInput) => createSession(settings, input) }),
    claim: async (rows: readonly Record<string, string>[], options?: ClaimSetOptions) =>
      claims.together([rows].flat().flatMap((row) => Object.entries(row ?? {}).map(([model, id]) => ({ model, id }))), options) as never,
    snapshot: (captured: object) =>
      snapshots.take(typeof captured === 'function' ? () => captured(client) as unknown : (captured as Record<string, string>)) as never,
    model(key) {
      const found = models.get(key);
      if (!found)
        throw abloError('unknown_model', `There is no model '${key}'; there are ${[...models.keys()].join(', ')}.`);
      return found;
    },
    onSessionError: (listener) =>
      store.signals.follow(() => status.read().isSessionError, (expired) => expired && listener(status.read().error!)),
    onMutationFailure: (listener) => commits.onFailure(listener),
    setAuthToken(token) {
      settings.credential = { token };
      store.tell('tokenChanged');
    },
    getAuthToken: () => store.connection.token,
    nudgeReconnect: () => store.tell('nudge'),
  };

  for (const [key, model] of models) {
    if (key in client)
      settings.logger.warn(`The client has a member ${key} of its own: the model is ablo.model('${key}').`);
    else Object.defineProperty(client, key, { value: model, enumerable: true });
  }
  stores.set(client, store);
  return Object.freeze(client) as Ablo<S>;
}
