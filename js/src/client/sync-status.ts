// SPDX-License-Identifier: MIT
//
// SyncStatus: how the connection is, in the words of both generations of the API (`state`) and of React's hook
// (`name`). It is the same object until something of it changes.
import { AbloAuthenticationError, fromWire, type AbloError } from '../errors/errors';
import { keys } from '../tracking';
import type { Store } from './store';
import type { SyncStatus } from './types';

/** What the core says of itself. */
interface CoreStatus {
  state: 'idle' | 'authorizing' | 'connecting' | 'greeting' | 'loading' | 'live' | 'waiting' | 'refused' | 'stopped';
  error?: { code: string; message: string };
  pending: number;
  loaded: boolean;
  organization: string;
  actor: { kind: string; id: string } | null;
  offlineSince?: number;
}

export class SyncStatusReader {
  #last: { status: SyncStatus; text: string } | undefined;

  constructor(private readonly store: Store) {}

  /** Tracked inside a selector. */
  read(): SyncStatus {
    const { signals, failure } = this.store;
    signals.read(keys.status);
    const view = failure ? undefined : this.store.peek();
    const said: CoreStatus = view?.core.ask('status') ?? {
      state: failure ? (failure.code === 'client_disposed' ? 'stopped' : 'refused') : 'idle',
      pending: 0,
      loaded: false,
      organization: '',
      actor: null,
    };
    const error = failure ?? (said.error ? fromWire(said) : null);
    const text = JSON.stringify([said, error]);
    if (this.#last?.text !== text) this.#last = { status: toSyncStatus(said, error), text };
    return this.#last!.status;
  }
}

function toSyncStatus(said: CoreStatus, error: AbloError | null): SyncStatus {
  const isSessionError = said.state === 'refused' && error instanceof AbloAuthenticationError;
  const [state, name] = words(said, isSessionError);
  return Object.freeze({
    state,
    name,
    error,
    ...(error && { reason: error.message }),
    progress: said.loaded ? 1 : 0,
    pendingChanges: said.pending,
    hasUnsyncedChanges: said.pending > 0,
    offlineSince: said.offlineSince === undefined ? null : new Date(said.offlineSince),
    isSessionError,
    loaded: said.loaded,
    organizationId: said.organization || null,
    actor: said.actor,
  });
}

function words(
  { state, pending, loaded }: CoreStatus,
  isSessionError: boolean,
): [SyncStatus['state'], SyncStatus['name']] {
  switch (state) {
    case 'idle':
      return ['idle', 'initial'];
    case 'live':
      return [pending > 0 ? 'syncing' : 'idle', 'connected'];
    case 'refused':
      return ['error', isSessionError ? 'needs-auth' : 'disconnected'];
    case 'stopped':
      return ['offline', 'disconnected'];
    case 'waiting':
      return globalThis.navigator?.onLine === false ? ['offline', 'disconnected'] : ['reconnecting', 'reconnecting'];
    default:
      return loaded ? ['reconnecting', 'reconnecting'] : ['syncing', 'connecting'];
  }
}
