// SPDX-License-Identifier: MIT
//
// Tracking: which rows, queries and claims somebody read, and who wants to know when one of them changes.
//
// Whatever is read registers a key with its client's Signals; a change of it bumps the key. A reader that ran under
// track() compares versions (a pull, right at any time) and subscribes to its keys (a push, to be woken).
//
// Always true:
//   1. a version is never given twice: a key that was forgotten and read again counts as changed;
//   2. listeners run after the whole frame was read, each once, and one that throws stops no other.

export type Listener = () => void;

export const keys = {
  /** The connection, and whether the core is there at all. */
  status: 'status',
  row: (model: number, id: string) => `row ${model} ${id}`,
  /** How the keys of all rows of a model begin. */
  rows: (model: number) => `row ${model} `,
  query: (query: number) => `query ${query}`,
  /** Claims of one row, of a model, or all. */
  claims: (model?: number, id?: string) =>
    model === undefined ? 'claims' : id === undefined ? `claims ${model}` : `claims ${model} ${id}`,
};

/** What one run of a reader read, and in which version. */
export type Dependencies = Map<string, number>;

let active: { signals: Signals; dependencies: Dependencies } | undefined;

export class Signals {
  /** Grows with every change of anything. */
  version = 1;
  #versions = new Map<string, number>();
  #listeners = new Map<string, Set<Listener>>();
  #woken = new Set<Listener>();
  #waking = false;

  constructor(private readonly failed: (thrown: unknown) => void) {}

  /** Somebody reads what the key stands for. */
  read(key: string): void {
    if (active?.signals !== this) return;
    let version = this.#versions.get(key);
    if (version === undefined) this.#versions.set(key, (version = ++this.version));
    active.dependencies.set(key, version);
  }

  /** Whether a change of anything could matter to anybody. */
  get followed(): boolean {
    return this.#versions.size > 0 || this.#listeners.size > 0;
  }

  bump(key: string): void {
    if (this.#versions.has(key)) this.#versions.set(key, ++this.version);
    const listeners = this.#listeners.get(key);
    if (listeners) for (const listener of listeners) this.#woken.add(listener);
  }

  /** Every key that begins so. */
  bumpAll(prefix: string): void {
    for (const key of new Set([...this.#versions.keys(), ...this.#listeners.keys()]))
      if (key.startsWith(prefix)) this.bump(key);
  }

  /** Runs the listeners of what was bumped. Called again by one of them, it leaves the rest to the run under way. */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    for (const listener of this.#woken) {
      this.#woken.delete(listener);
      try {
        listener();
      } catch (thrown) {
        this.failed(thrown);
      }
    }
    this.#waking = false;
  }

  subscribe(key: string, listener: Listener): () => void {
    let listeners = this.#listeners.get(key);
    if (!listeners) this.#listeners.set(key, (listeners = new Set()));
    listeners.add(listener);
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#listeners.delete(key);
      if (this.#versions.delete(key)) this.version++; // whoever remembers a version of it has to look again
    };
  }

  subscribed(key: string): boolean {
    return this.#listeners.has(key);
  }

  /** Whether something of it has changed since. */
  changed(dependencies: Dependencies): boolean {
    for (const [key, version] of dependencies) if (this.#versions.get(key) !== version) return true;
    return false;
  }

  /** Runs a reader and tells what it read. What it reads after an await is not seen. */
  track<T>(reader: () => T): { value: T; dependencies: Dependencies } {
    const outer = active;
    const dependencies: Dependencies = new Map();
    active = { signals: this, dependencies };
    try {
      return { value: reader(), dependencies };
    } finally {
      active = outer;
    }
  }

  /** Reads now and after every change of what it read, and tells each value that is another. Returns how to stop. */
  follow<T>(reader: () => T, tell: (value: T) => void): () => void {
    const stops = new Map<string, () => void>();
    let told: { value: T } | undefined;
    let stopped = false;
    const run = () => {
      if (stopped) return; // by another listener of the same change
      const { value, dependencies } = this.track(reader);
      for (const key of dependencies.keys()) if (!stops.has(key)) stops.set(key, this.subscribe(key, run));
      if (stops.size > dependencies.size)
        for (const [key, stop] of stops) if (!dependencies.has(key)) (stop(), stops.delete(key));
      if (told && told.value === value) return;
      told = { value };
      tell(value);
    };
    run();
    return () => {
      stopped = true;
      told = undefined; // whoever keeps what stops it does not keep the rows
      for (const stop of stops.values()) stop();
    };
  }
}
