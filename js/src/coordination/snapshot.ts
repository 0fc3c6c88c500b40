// SPDX-License-Identifier: MIT
//
// Snapshots: a stamp to write against, the rows as they were, and word of the first change of one of them.
//
// Nobody closes a snapshot: the core forgets it when nothing here can be told any more, that is when neither the
// snapshot nor its signal is held and nobody listens.
import type { Core } from '../core/core';
import { abloError, type AbloError } from '../errors/errors';
import { toJson } from '../json';
import type { Store, View } from '../client/store';
import type { Dependencies } from '../tracking';
import type { Snapshot, SnapshotChange } from './types';

class Watch {
  readonly controller = new AbortController();
  readonly listeners = new Set<(change: SnapshotChange) => void>();
}

export class Snapshots {
  readonly #watches = new Map<number, WeakRef<Watch>>();
  readonly #listenedTo = new Set<Watch>();
  #numbers = new WeakMap<object, number>();
  readonly #bySignal = new WeakMap<AbortSignal, Watch>();
  readonly #gone = new FinalizationRegistry<{ core: Core; snapshot: number }>(({ core, snapshot }) => {
    if (this.store.failure || this.store.peek()?.core !== core) return;
    this.#watches.delete(snapshot);
    core.tell('closeSnapshot', snapshot);
  });

  constructor(private readonly store: Store) {}

  /** The rows that are named, or whatever a function reads: rows, and queries with their conditions. */
  take(captured: Readonly<Record<string, string | readonly string[]>> | (() => unknown)): Snapshot {
    const view = this.store.view();
    if (!view) throw this.store.failure ?? abloError('sync_not_ready');
    const read = typeof captured === 'function' ? this.store.signals.track(captured) : undefined;
    if (read?.value instanceof Promise) throw abloError('wrong_type', 'The function of a snapshot is not async.');
    const named = Object.entries(captured ?? {}).map(([model, ids]) => [model, [ids].flat()] as const); // none of a function
    const reads = read ? whatWasRead(read.dependencies, view) : named.flatMap(([model, ids]) => ids.map((id) => ({ model, id })));
    const { snapshot, stamp } = view.core.ask('snapshot', toJson({ reads })) as { snapshot: number; stamp: number };

    const shown: Record<string, unknown> = read ? { value: read.value } : {};
    for (const [model, ids] of named) {
      const found = ids.map((id) => [id, view.rows.get(view.models.get(model)!, id)] as const);
      shown[model] = Object.freeze(Object.fromEntries(found.filter(([, row]) => row)));
    }

    const watch = new Watch();
    this.#watches.set(snapshot, new WeakRef(watch));
    this.#bySignal.set(watch.controller.signal, watch);
    this.#gone.register(watch, { core: view.core, snapshot });
    const taken = Object.freeze({
      ...shown,
      stamp,
      signal: watch.controller.signal,
      onChange: (listener: (change: SnapshotChange) => void) => {
        watch.listeners.add(listener);
        this.#listenedTo.add(watch);
        const follow = (follows: boolean) => !this.store.failure && this.store.peek()?.core === view.core && view.core.tell('followSnapshot', snapshot, Number(follows));
        follow(true);
        return () => {
          if (!watch.listeners.delete(listener) || watch.listeners.size > 0) return;
          this.#listenedTo.delete(watch);
          follow(false);
        };
      },
    }) as Snapshot;
    this.#numbers.set(taken, snapshot);
    return taken;
  }

  /** What a write goes by: the number the core knows it under. */
  number(taken: object): number {
    const number = this.#numbers.get(taken);
    const code = (taken as Snapshot | null)?.stamp === undefined ? 'write_options_invalid' : 'stale_context';
    if (!number) throw this.store.failure ?? abloError(code, 'The snapshot is not of this client, or the core was built again since.');
    return number;
  }

  /** Nothing tells any more whether they stand. */
  fail(error: AbloError): void {
    for (const watch of this.#watches.values()) this.store.notify(() => watch.deref()?.controller.abort(error));
    this.#watches.clear();
    this.#numbers = new WeakMap();
  }

  fallen(snapshot: number, severity: number, model: number, id: string): void {
    const watch = this.#watches.get(snapshot)?.deref();
    if (!watch) return;
    const change: SnapshotChange = Object.freeze({
      model: this.store.view()!.core.models[model]!.key,
      id,
      severity: severity === 1 ? 'semantic' : 'metadata',
    });
    for (const listener of watch.listeners) this.store.notify(() => listener(change));
    if (watch.controller.signal.aborted) return;
    this.store.notify(() => watch.controller.abort(abloError('stale_context', `${change.model} ${id} changed.`)));
  }
}

function whatWasRead(dependencies: Dependencies, { core, queries }: View): object[] {
  return [...dependencies.keys()].flatMap((key) => {
    const [, kind, number, id] = /^(row|query) (\d+) ?(.*)/s.exec(key) ?? [];
    if (kind === 'row') return { model: core.models[Number(number)]!.key, id, shown: true };
    return kind ? { query: queries.text(Number(number)) } : [];
  });
}
