// SPDX-License-Identifier: MIT
//
// Samples of time and what is said of them, and a subscriber that knows when it was told.

export const now = () => performance.now();
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A new task of the event loop, with everything done that the last one left. */
export const turn = globalThis.setImmediate
  ? () => new Promise((resolve) => setImmediate(resolve))
  : () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(port1.close());
        port2.postMessage(0);
      });

const sorted = (samples) => samples.filter(Number.isFinite).sort((a, b) => a - b);

export function median(samples) {
  const all = sorted(samples);
  const middle = all.length >> 1;
  return all.length === 0 ? null : all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

/** The mean of the middle half: as calm as the median, and finer than a browser's clock. */
export function middle(samples) {
  const all = sorted(samples);
  const quarter = all.length >> 2;
  const half = all.slice(quarter, all.length - quarter);
  return half.length === 0 ? null : half.reduce((sum, sample) => sum + sample, 0) / half.length;
}

export class Watch {
  told = 0;
  at = 0;
  value = undefined;
  #wake;

  tell = (value) => {
    this.at = now();
    this.value = value;
    this.told++;
    this.#wake?.();
  };

  /** When it was told a value that fits, later than the first `told`. */
  async until(told, fits = () => true, patience = 20_000) {
    const end = now() + patience;
    while (this.told <= told || !fits(this.value)) {
      const left = end - now();
      if (left <= 0) throw new Error('The subscriber was never told.');
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => (clearTimeout(timer), resolve());
      });
      this.#wake = undefined;
    }
    return this.at;
  }
}
