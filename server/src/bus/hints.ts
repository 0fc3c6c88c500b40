// SPDX-License-Identifier: MIT
//
// Hints on their way out: one message at a time; what comes meanwhile goes together with the next.
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
      await this.bus.tell(heads);
    }
    this.#telling = false;
  }
}
