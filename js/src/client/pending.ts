// SPDX-License-Identifier: MIT
//
// Promises that somebody else settles, and promises that know whether anybody waits for them.

/** Who settles. */
export interface Settling<T> {
  resolve(value: T): void;
  reject(thrown: unknown): void;
}

export interface Pending<T> extends Settling<T> {
  readonly promise: Promise<T>;
}

/** `release` is called when it settles: until then somebody waits. */
export function pending<T>(release: () => void): Pending<T> {
  let settling!: Settling<T>;
  const promise = new Promise<T>((resolve, reject) => {
    settling = { resolve: (value) => (release(), resolve(value)), reject: (thrown) => (release(), reject(thrown)) };
  });
  return { promise, ...settling };
}

/** In ms; a timer for longer fires at once. */
const longestTimer = 2 ** 31 - 1;

/** The same promise, or what `late` says when the time is over. */
export function inTime<T>(promise: Promise<T>, time: number | undefined, late: () => Error): Promise<T> {
  if (time === undefined) return promise;
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(time, longestTimer));
  });
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
}

/** Knows whether anybody waits for it. */
export class Heard<T> extends Promise<T> {
  static override get [Symbol.species]() {
    return Promise;
  }

  heard = false;

  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.heard = true;
    return super.then(fulfilled, rejected);
  }
}

/**
 * The same promise, but a rejection that nobody waits for goes to `unheard`: a write that was not awaited must not end
 * a Node process, and must not fail in silence either.
 */
export function heard<T>(promise: Promise<T>, unheard: (thrown: unknown) => void): Promise<T> {
  const result =
    promise instanceof Heard ? promise : new Heard<T>((resolve, reject) => promise.then(resolve, reject));
  // Whoever is going to wait does so in the turn in which they got the promise.
  Promise.prototype.then.call(result, undefined, (thrown: unknown) =>
    setTimeout(() => result.heard || unheard(thrown)),
  );
  return result;
}
