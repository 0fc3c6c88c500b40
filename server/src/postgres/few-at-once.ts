// SPDX-License-Identifier: MIT
//
// FewAtOnce: of large questions to the database only so many are under way at the same time. A crowd that comes back
// after an absence would else take every connection, and whoever writes or follows would wait behind all that it has
// missed.
//
// Always true:
//   1. at most `most` run at once, and the next begins as soon as one ends, however it ended;
//   2. of those that wait the one with the least to do goes first, of equals the one that came first.

export class FewAtOnce {
  #running = 0;
  readonly #waiting: { size: number; begin: () => void }[] = [];

  constructor(private readonly most: number) {}

  /** `size`: how much there is to do, in any unit. */
  async run<T>(size: number, work: () => Promise<T>): Promise<T> {
    if (this.#running < this.most) this.#running += 1;
    else await new Promise<void>((begin) => this.#wait(size, begin));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.begin();
      else this.#running -= 1;
    }
  }

  #wait(size: number, begin: () => void): void {
    const behind = this.#waiting.findIndex((waiting) => waiting.size > size);
    this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { size, begin });
  }
}
