// SPDX-License-Identifier: MIT
//
// Sweep: looks every few seconds for what nobody has used lately, for as long as there is anything. It keeps no process
// running.

/** What was not used for so long is let go of. */
export const patience = 5_000;

export class Sweep {
  /** Each tells whether there is anything left to look at. */
  readonly #looks: (() => boolean)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Looks before all others. */
  first(look: () => boolean): void {
    this.#looks.unshift(look);
  }

  /** There is something now. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      try {
        const left = this.#looks.map((look) => look());
        if (!left.includes(true)) this.stop();
      } catch {
        this.stop(); // the core has stopped: its next caller is told
      }
    }, patience);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
