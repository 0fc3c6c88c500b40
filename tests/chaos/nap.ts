// SPDX-License-Identifier: MIT
//
// Nap: a client that is not there for a while, as one whose machine sleeps: it keeps no claim and hears nothing. What it
// writes meanwhile still goes out, under whatever it held when it fell asleep.
import type { WebSocket } from 'ws';

export class Nap {
  /** From now on it keeps no claim. */
  renews = true;
  #socket: WebSocket | undefined;

  attach(socket: WebSocket): void {
    this.#socket = socket;
  }

  swallows(text: string): boolean {
    return !this.renews && text.startsWith('{"type":"renew"');
  }

  begin(): void {
    this.renews = false;
    this.#socket?.pause();
  }

  end(): void {
    this.renews = true;
    this.#socket?.resume();
  }
}
