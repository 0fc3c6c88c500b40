// SPDX-License-Identifier: MIT
//
// Socket: one WebSocket: the class Ablo() was given, else the platform's in a browser and that of `ws` in Node (where the
// built-in one is missing or cannot be unref'd). It reports its end exactly once, and nothing after disconnect().
import { isBrowser } from '../platform';
import type { Events } from './connection';

/** What the two kinds of socket have in common, and the raw socket that only `ws` has. */
interface AnySocket {
  binaryType: string;
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  send(text: string): void;
  close(code?: number): void;
  _socket?: { unref(): void };
}
export type SocketClass = new (address: string, protocols: string[]) => AnySocket;

export class Socket {
  #socket: AnySocket | undefined;
  #events: Events | undefined;

  constructor(address: string, token: string | undefined, given: SocketClass | undefined, events: Events) {
    this.#events = events;
    const protocols = ['ablo.v1', ...(token === undefined ? [] : [`ablo.token.${token}`])];
    (given ? Promise.resolve(given) : platformSocket())
      .then((Class) => this.#events && this.#open(new Class(address, protocols)))
      .catch((thrown: unknown) => this.#end(1006, String(thrown)));
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  disconnect(code: number): void {
    this.#events = undefined;
    // Browsers take no others.
    this.#socket?.close(code === 1000 || (code >= 3000 && code <= 4999) ? code : 1000);
  }

  #open(socket: AnySocket): void {
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      socket._socket?.unref();
      this.#events?.tell('opened');
    };
    socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => this.#events?.received(data);
    socket.onclose = ({ code, reason }: { code: number; reason: string }) => this.#end(code, reason);
    socket.onerror = () => {}; // a close follows
  }

  #end(code: number, reason: string): void {
    const events = this.#events;
    this.#events = undefined;
    events?.tell('closed', code, reason);
  }
}

async function platformSocket(): Promise<SocketClass> {
  if (isBrowser()) return WebSocket as unknown as SocketClass;
  return (await import('ws')).WebSocket as unknown as SocketClass;
}
