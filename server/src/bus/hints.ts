// SPDX-License-Identifier: MIT
//
// Hints on their way out: one message at a time; what comes meanwhile goes together with the next. One that could not be
// told is forgotten: the others find out by their polls.
import type { Bus, Heads } from './bus';

export class Hints {
  #waiting: Heads = {};
  #telling = false;

  constructor(private readonly bus: Bus) {}

  add(organization: string, head: number): void {
    this.#waiting[organization] = head;
    if (!this.#telling) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#telling = true;
    while (Object.keys(this.#waiting).length > 0) {
      const heads = this.#waiting;
      this.#waiting = {};
      try {
        await this.bus.tell(heads);
      } catch {
        // a bus of somebody else's may fail in any way it likes
      }
    }
    this.#telling = false;
  }
}
