// SPDX-License-Identifier: MIT
//
// Requests: promises for what was asked of the server. The core numbers them, and gives equal questions one number.
import { asAbloError, fromWire, type AbloError } from '../errors/errors';
import { pending, type Pending } from './pending';
import type { Store, View } from './store';

interface Question {
  method: 'load' | 'claim' | 'release' | 'reorder' | 'awaitFree';
  text: string;
  request: number;
}

export class Requests {
  #open = new Map<number, Pending<unknown> & Question>();

  constructor(private readonly store: Store) {}

  /** The answer; undefined when this client had it all already. `signal`: nobody waits for it any more. */
  ask<T>(method: Question['method'], text: string, signal?: AbortSignal): Promise<T | undefined> {
    return this.store.run(({ core }) => {
      const { request } = core.ask(method, text, Date.now()) as { request: number };
      if (request === 0) return undefined;
      let open = this.#open.get(request) as (Pending<T> & Question) | undefined;
      if (!open) this.#open.set(request, (open = { ...pending<T>(this.store.connection.hold()), method, text, request }));
      if (!signal) return open.promise;
      const leave = () => this.#leave(open, signal);
      signal.aborted ? leave() : signal.addEventListener('abort', leave);
      return open.promise.finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #leave({ request, reject }: Question & Pick<Pending<unknown>, 'reject'>, { reason }: AbortSignal): void {
    this.store.peek()?.core.tell('closeRequest', request);
    this.#open.delete(request);
    reject(reason);
  }

  answered(request: number, granted: boolean, text: string): void {
    const open = this.#open.get(request);
    this.#open.delete(request);
    const answer = JSON.parse(text) as unknown;
    if (granted) open?.resolve(answer);
    else open?.reject(fromWire(answer));
  }

  /** Asks a new core what the one before left open. */
  again({ core }: View): void {
    const before = this.#open;
    this.#open = new Map();
    for (const open of before.values()) {
      try {
        const { request } = core.ask(open.method, open.text, Date.now()) as { request: number };
        if (request === 0) open.resolve(undefined);
        else this.#open.set(request, Object.assign(open, { request }));
      } catch (thrown) {
        open.reject(asAbloError(thrown));
      }
    }
  }

  fail(error: AbloError): void {
    for (const open of this.#open.values()) open.reject(error);
    this.#open.clear();
  }
}
