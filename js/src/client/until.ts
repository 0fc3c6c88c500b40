// SPDX-License-Identifier: MIT
//
// Waiting for the connection to be as it should: until everything has come, or until everything has gone out.
import { abloError, type AbloError } from '../errors/errors';
import { keys } from '../tracking';
import { inTime, pending } from './pending';
import type { Store } from './store';
import type { SyncStatusReader } from './sync-status';
import type { SyncStatus } from './types';

const patience = 10_000;

/** Resolves once the client is up to date; rejects by name if it will not be, or is not after ten seconds. */
export async function untilReady(store: Store, status: SyncStatusReader): Promise<void> {
  await store.run(() => undefined);
  const arrived = ({ name, loaded, error }: SyncStatus) => {
    if (error && (name === 'needs-auth' || name === 'disconnected')) throw error;
    return loaded && name === 'connected';
  };
  const late = ({ error }: SyncStatus) =>
    error ?? abloError('api_unreachable', `${store.connection.baseURL} did not answer.`);
  await until(store, status, arrived, patience, late);
}

/** Resolves when every write has settled; rejects with `flush_timeout`. */
export async function untilFlushed(store: Store, status: SyncStatusReader, timeout?: number): Promise<void> {
  const late = ({ pendingChanges }: SyncStatus) => abloError('flush_timeout', `${pendingChanges} of them.`);
  const settled = ({ pendingChanges }: SyncStatus) => pendingChanges === 0;
  do await until(store, status, settled, timeout, late);
  while (!settled(status.read())); // one that is made anew is none of them for a moment
}

async function until(
  store: Store,
  status: SyncStatusReader,
  holds: (status: SyncStatus) => boolean,
  timeout: number | undefined,
  late: (status: SyncStatus) => AbloError,
): Promise<void> {
  const { promise, resolve, reject } = pending<void>(store.connection.hold());
  const check = () => {
    try {
      if (holds(status.read())) resolve();
    } catch (thrown) {
      reject(thrown);
    }
  };
  const stop = store.signals.subscribe(keys.status, check);
  check();
  await inTime(promise, timeout, () => late(status.read())).catch(reject).finally(stop); // late, it settles as well
  await promise;
}
