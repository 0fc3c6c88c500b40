// SPDX-License-Identifier: MIT
//
// Binding: a client as React sees it. The provider makes one for each client and puts it in the context; hooks read
// through it. A context needs a module of its own: /react has no second copy of it.
import { createContext } from 'react';
import { storeOf, type Ablo } from '../../js/src/client/ablo';
import type { Signals } from '../../js/src/tracking';

export class Binding {
  readonly signals: Signals;
  #loaded = false;

  constructor(
    readonly client: Ablo,
    readonly userId: string | undefined,
  ) {
    this.signals = storeOf(client).signals;
  }

  /** Whether everything that comes at the start has come, once. Tracked until it has. */
  get loaded(): boolean {
    return (this.#loaded ||= this.client.syncStatus.loaded);
  }
}

export const BindingContext = createContext<Binding | null>(null);
