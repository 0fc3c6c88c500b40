// SPDX-License-Identifier: MIT
//
// Intents: who holds what and who waits, as the core knows it. A list stays the same array until a claim in it changes,
// whatever becomes of other claims of its row.
import type { Requests } from '../client/requests';
import type { Store, View } from '../client/store';
import { milliseconds } from '../duration';
import { toJson } from '../json';
import { keys } from '../tracking';
import { toIntent } from './intent';
import type { Intent, IntentFilter, WaitOptions, WireClaim } from './types';

/** `fresh`: of whose claims it is the list, until one of them changes. */
type Kept = { readonly said: string; readonly list: readonly Intent[]; fresh: View | undefined };
/** `ids`: of any of these rows. `others`: of other participants alone. */
type Filter = IntentFilter & { readonly ids?: readonly string[]; readonly others?: true; readonly ifClaimed?: 'wait' | 'fail' };

const none: readonly Intent[] = Object.freeze([]);

export class Intents {
  /** By the key that is bumped when they change, then by filter. */
  readonly #lists = new Map<string, Map<string, Kept>>();

  constructor(private readonly store: Store, private readonly requests: Requests) {}

  /** Holder first, then the line in order. Tracked inside a selector. */
  list({ model, resource, id, field }: IntentFilter = {}): readonly Intent[] {
    const view = this.store.drained();
    if (!view) return none;
    const filter = { model: model ?? resource, id, field };
    const key = keys.claims(view.models.get(filter.model ?? ''), id);
    this.store.signals.read(key);
    const text = toJson(filter);
    if (this.#lists.size > 10_000) this.#lists.clear(); // more than anybody looks at again and again
    let lists = this.#lists.get(key);
    if (!lists) this.#lists.set(key, (lists = new Map()));
    const kept = lists.get(text);
    if (kept?.fresh === view) return kept.list;
    const claims = view.core.ask('intents', text) as WireClaim[];
    const said = toJson(claims);
    const list = kept?.said === said ? kept.list : Object.freeze(claims.map(toIntent));
    lists.set(text, { said, list, fresh: view });
    return list;
  }

  /** Resolves when nobody holds any of it; they may wait in line for it still. Or it is refused, if somebody does. */
  async waitFor({ resource, model = resource, ...filter }: Filter = {}, { timeout, signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await this.requests.ask('awaitFree', toJson({ ...filter, model, timeout: milliseconds(timeout, 'timeout') }), signal);
  }

  changed(model: number, id: string): void {
    for (const key of [keys.claims(), keys.claims(model), keys.claims(model, id)]) {
      for (const kept of this.#lists.get(key)?.values() ?? []) kept.fresh = undefined;
      this.store.signals.bump(key);
    }
  }
}
