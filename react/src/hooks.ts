// SPDX-License-Identifier: MIT
//
// The small hooks: how the connection is, who is here, what went wrong.
import { useCallback, useContext, useEffect, useRef } from 'react';
import type { MutationFailure } from '../../js/src/client/types';
import type { SyncStatus } from '../../js/src/client/types';
import type { AbloError } from '../../js/src/errors/errors';
import { BindingContext } from './binding';
import { useTracked } from './use-tracked';

const initial: SyncStatus = Object.freeze({
  state: 'idle',
  name: 'initial',
  error: null,
  progress: 0,
  pendingChanges: 0,
  hasUnsyncedChanges: false,
  offlineSince: null,
  isSessionError: false,
  loaded: false,
  organizationId: null,
  actor: null,
});

export function useSyncStatus(): SyncStatus {
  const binding = useContext(BindingContext);
  const reader = useCallback(() => binding?.client.syncStatus ?? initial, [binding]);
  return useTracked(binding?.signals, reader, Object.is, initial);
}

/** The user that the provider was given, else the one the server knows. */
export function useCurrentUserId(): string | undefined {
  const binding = useContext(BindingContext);
  const { actor } = useSyncStatus();
  return binding?.userId ?? actor?.id;
}

/** Called with each error of the connection as it appears. */
export function useErrorListener(listener: (error: AbloError) => void): void {
  const { error } = useSyncStatus();
  const latest = useLatest(listener);
  useEffect(() => {
    if (error) latest.current(error);
  }, [error, latest]);
}

/** Called with each write that was refused, awaited or not. */
export function useMutationFailureListener(listener: (failure: MutationFailure) => void): void {
  const binding = useContext(BindingContext);
  const latest = useLatest(listener);
  useEffect(() => binding?.client.onMutationFailure((failure) => latest.current(failure)), [binding, latest]);
}

/** The newest value, for callbacks that outlive a render. */
export function useLatest<T>(value: T): { readonly current: T } {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
