// SPDX-License-Identifier: MIT
//
// useTracked: the value of a reader, and a render when something it read has changed. A change wakes only the hooks
// that read the row, query or claims in question.
//
// Always true:
//   1. what is rendered is checked by pulling (versions of what was read), so it is right before the subscription, in
//      StrictMode and in concurrent renders; being woken only hurries it;
//   2. between two changes a reader gives one value, even if it makes a new object each time: nothing loops;
//   3. a hook listens to what the reader that was rendered last read, and to nothing after it is unmounted.
import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Dependencies, Signals } from '../../js/src/tracking';

export type Equality = (before: unknown, after: unknown) => boolean;

const useCommit = typeof window === 'undefined' ? useEffect : useLayoutEffect;

/** The keys that one mounted hook listens to. */
class Subscription {
  /** The reading that is on the screen. */
  shown: Reading<unknown> | undefined;
  #render: (() => void) | undefined;
  readonly #stops = new Map<string, () => void>();

  constructor(private readonly signals: Signals | undefined) {}

  readonly subscribe = (render: () => void): (() => void) => {
    this.#render = render;
    return () => {
      this.#render = undefined;
      this.listenTo(new Map());
    };
  };

  readonly wake = (): void => this.#render?.();

  listenTo(dependencies: Dependencies): void {
    for (const [key, stop] of this.#stops) {
      if (dependencies.has(key)) continue;
      stop();
      this.#stops.delete(key);
    }
    for (const key of dependencies.keys()) {
      if (!this.#stops.has(key)) this.#stops.set(key, this.signals!.subscribe(key, this.wake));
    }
  }
}

/** One reader, run again only when something it read has changed. */
class Reading<T> {
  #memo: { value: T; dependencies: Dependencies; version: number } | undefined;

  constructor(
    private readonly signals: Signals,
    private readonly reader: () => T,
    private readonly isEqual: Equality,
    private readonly last: { current: { value: T } | undefined },
    private readonly subscription: Subscription,
  ) {}

  get dependencies(): Dependencies {
    this.get();
    return this.#memo!.dependencies;
  }

  readonly get = (): T => {
    const { signals } = this;
    if (this.#memo && (this.#memo.version === signals.version || !signals.changed(this.#memo.dependencies))) {
      this.#memo.version = signals.version;
      return this.#memo.value;
    }
    const { value: read, dependencies } = signals.track(this.reader);
    const before = this.#memo ?? this.last.current;
    const value = before && this.isEqual(before.value, read) ? before.value : read;
    this.#memo = { value, dependencies, version: signals.version };
    if (this.subscription.shown === this) this.subscription.listenTo(dependencies);
    return value;
  };
}

/** `server` is what a server renders, and a browser while it takes that over. */
export function useTracked<T>(signals: Signals | undefined, reader: () => T, isEqual: Equality, server: T): T {
  const last = useRef<{ value: T } | undefined>(undefined);
  const subscription = useMemo(() => new Subscription(signals), [signals]);
  const reading = useMemo(
    () => signals && new Reading(signals, reader, isEqual, last, subscription),
    [signals, reader, isEqual, subscription],
  );
  const value = useSyncExternalStore(subscription.subscribe, reading?.get ?? (() => server), () => server);

  useCommit(() => {
    last.current = { value };
    subscription.shown = reading;
    if (!reading) return;
    subscription.listenTo(reading.dependencies);
    if (reading.get() !== value) subscription.wake();
  });
  return value;
}
