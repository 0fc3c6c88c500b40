// SPDX-License-Identifier: MIT
//
// AbloProvider: gives a client to the hooks below it. One that it was given belongs to whoever made it; one that it
// makes itself ends with it. It connects when it is mounted, never while it renders.
import { useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Ablo, storeOf } from '../../js/src/client/ablo';
import { refuseDatabaseUrl } from '../../js/src/client/options';
import type { AbloOptions } from '../../js/src/client/types';
import { abloError, asAbloError, type AbloError } from '../../js/src/errors/errors';
import type { AnySchema } from '../../js/src/schema/types';
import { Binding, BindingContext } from './binding';
import { useLatest, useSyncStatus } from './hooks';
import { useOwnClient } from './own-client';

export interface AbloProviderProps<S extends AnySchema = AnySchema> extends AbloOptions<S> {
  /** A client made elsewhere. Otherwise `schema` and the options of Ablo(). */
  client?: Ablo<any>;
  /** Who is looking, for useCurrentUserId(). Tells the server nothing. */
  userId?: string;
  /** Shown until there is something to show. By default the children are, at once. */
  fallback?: ReactNode | 'passthrough';
  /** Asks before the page is left while writes are pending. */
  preventUnsavedChanges?: boolean;
  onError?: (error: AbloError) => void;
  onSessionExpired?: () => void;
  children?: ReactNode;
}

export function AbloProvider<S extends AnySchema>(props: AbloProviderProps<S>): ReactNode {
  const {
    client: given,
    userId,
    fallback = 'passthrough',
    preventUnsavedChanges,
    onError,
    onSessionExpired,
    children,
    ...options
  } = props;
  refuseDatabaseUrl(options.databaseUrl);
  if (!given && !options.schema)
    throw abloError('invalid_options', 'AbloProvider needs a client or a schema.', { param: 'schema' });
  const made = useOwnClient(() => (given ? undefined : (Ablo(options) as Ablo<any>)));
  const client = given ?? made!;
  const binding = useMemo(() => new Binding(client, userId), [client, userId]);
  const latest = useLatest({ onError, onSessionExpired });

  useEffect(() => {
    const { logger } = storeOf(client).settings;
    client.ready().catch((thrown: unknown) => {
      const error = asAbloError(thrown);
      if (error.code === 'client_disposed' && client === made) return; // it was unmounted before it was ready
      if (latest.current.onError) latest.current.onError(error);
      else logger.error('The client is not ready.', error);
    });
    return client.onSessionError(() => latest.current.onSessionExpired?.());
  }, [client, made, latest]);

  useEffect(() => {
    if (!preventUnsavedChanges) return;
    const ask = (event: BeforeUnloadEvent) => {
      if (client.syncStatus.hasUnsyncedChanges) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [client, preventUnsavedChanges]);

  return (
    <BindingContext.Provider value={binding}>
      {fallback === 'passthrough' ? children : <Gate fallback={fallback}>{children}</Gate>}
    </BindingContext.Provider>
  );
}

/** Opens when the client knows how things stand, and stays open. */
function Gate({ fallback, children }: { fallback: ReactNode; children: ReactNode }): ReactNode {
  const binding = useContext(BindingContext);
  const { name } = useSyncStatus();
  const [opened, open] = useState<Binding | null>(null);
  if (opened !== binding && name !== 'initial' && name !== 'connecting') open(binding);
  return opened === binding ? children : fallback;
}
