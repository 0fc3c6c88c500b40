// SPDX-License-Identifier: MIT
//
// The line from one client to a live server, for the option WebSocket: what the client sends is kept, and the line can be
// cut. While it is, every new socket is lost at once.
import { WebSocket } from 'ws';
import type { SentFrame } from './scripted-socket';

export class LiveLine {
  readonly sent: SentFrame[] = [];
  readonly WebSocket: new (address: string, protocols: string[]) => WebSocket;
  #socket?: WebSocket;
  #whole = true;

  constructor() {
    const line = this;
    this.WebSocket = class extends WebSocket {
      constructor(address: string, protocols: string[]) {
        super(address, protocols);
        line.#socket = this;
        if (!line.#whole) this.terminate();
      }

      override send(text: any): void {
        line.sent.push(JSON.parse(String(text)) as SentFrame);
        super.send(text);
      }
    };
  }

  /** Whether the client has connected, or tried to. */
  get called(): boolean {
    return this.#socket !== undefined;
  }

  cut(): void {
    this.#whole = false;
    this.#socket?.terminate();
  }

  mend(): void {
    this.#whole = true;
  }
}
