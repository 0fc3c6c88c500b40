// SPDX-License-Identifier: MIT
//
// useAblo: the client, or what a selector picks of it.
import { useCallback, useContext } from 'react';
import type { Ablo } from '../../js/src/client/ablo';
import type { AnySchema, RegisteredSchema } from '../../js/src/schema/types';
import { BindingContext } from './binding';
import { sameContents } from './same-contents';
import { useTracked, type Equality } from './use-tracked';

export interface UseAblo<S extends AnySchema = RegisteredSchema> {
  /** The client; null outside of a provider. Never renders again because of data. */
  (): Ablo<S> | null;
  /**
   * What the selector picks; undefined until the client is up to date for the first time, and on a server. Renders
   * again when a row, query or claim the selector read has changed and the result is another. Reads after an await are
   * not seen.
   */
  <T>(selector: (ablo: Ablo<S>) => T, isEqual?: (before: T, after: T) => boolean): T | undefined;
}

const nothing = () => undefined;

export const useAblo: UseAblo = (selector: (ablo: Ablo) => unknown = nothing, isEqual?: Equality): any => {
  const binding = useContext(BindingContext);
  const picks = selector !== nothing;
  const reader = useCallback(
    () => (binding && picks && binding.loaded ? selector(binding.client) : undefined),
    [binding, picks, selector],
  );
  const value = useTracked<unknown>(binding?.signals, reader, isEqual ?? sameContents, undefined);
  return picks ? value : (binding?.client ?? null);
};
