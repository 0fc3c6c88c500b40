// SPDX-License-Identifier: MIT
import type { ReactNode } from 'react';
import type { AnySchema } from '../../js/src/schema/types';
import { AbloProvider, type AbloProviderProps } from './provider';
import { useAblo, type UseAblo } from './use-ablo';

/** The provider and the hook typed by one schema, without registering it. */
export function createAbloReact<S extends AnySchema>(
  schema: S,
): { AbloProvider(props: AbloProviderProps<S>): ReactNode; useAblo: UseAblo<S> } {
  return { AbloProvider: (props) => AbloProvider({ schema, ...props }), useAblo: useAblo as unknown as UseAblo<S> };
}
