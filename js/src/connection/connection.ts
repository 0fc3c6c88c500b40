// SPDX-License-Identifier: MIT
//
// Connection: what the core wants done outside of it. It opens and closes sockets, fetches tokens and sets the one
// timer, each because a record of the core's frame said so; what happens then goes back to the core as an event.
//
// It also knows whether anybody waits for something: only that keeps a Node process running.
import { loopback } from '../client/options';
import type { Settings } from '../client/settings-types';
import { AbloAuthenticationError, asAbloError } from '../errors/errors';
import { Socket } from './socket';
import { fetchToken, type Token } from './token';

/** What happens, in the words of the core and with what it is told of it (module.d.ts). */
export interface Tell {
  (event: 'opened' | 'tokenReady' | 'tokenChanged' | 'tick' | 'nudge'): void;
  (event: 'closed', code: number, reason: string): void;
  (event: 'tokenFailed', code: string, message: string): void;
}

export interface Events {
  received(frame: string | ArrayBuffer): void;
  tell: Tell;
}

type Timer = ReturnType<typeof setTimeout> & { unref?: () => void };

export class Connection {
  #socket: Socket | undefined;
  #timer: Timer | undefined;
  #given: Token = {};
  #holds = 0;
  #awake: ReturnType<typeof setInterval> | undefined;
  #over = false;

  constructor(private readonly settings: Settings, private readonly events: Events) {}

  /** From now on the network coming back is an event. Before, a client that nobody uses leaves no trace. */
  start(): void {
    globalThis.addEventListener?.('online', this.#seen);
    globalThis.document?.addEventListener('visibilitychange', this.#seen);
  }

  get baseURL(): string {
    return this.settings.baseURL ?? this.#given.baseURL ?? loopback;
  }

  get token(): string | undefined {
    return this.#given.token;
  }

  /** Somebody waits for something, until the function that comes back is called. */
  hold(): () => void {
    // Sockets and timers are unref'd, and WebAssembly that is being compiled keeps no process running: this does.
    if (this.#holds++ === 0) this.#awake = setInterval(() => {}, 2 ** 30);
    let held = true;
    return () => {
      if (held && --this.#holds === 0) clearInterval(this.#awake);
      held = false;
    };
  }

  connect(): void {
    this.#socket?.disconnect(1000);
    const address = `${this.baseURL.replace(/^http/, 'ws')}/api/sync/ws`;
    this.#socket = new Socket(address, this.#given.token, this.settings.WebSocket, this.events);
  }

  disconnect(code: number): void {
    this.#socket?.disconnect(code);
    this.#socket = undefined;
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Sets the timer, in place of the one before. */
  wake(at: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.events.tell('tick'), Math.max(0, at - Date.now()));
    this.#timer.unref?.();
  }

  fetchToken(): void {
    fetchToken(this.settings).then(
      (given) => {
        this.#given = given;
        if (!this.#over) this.events.tell('tokenReady');
      },
      (thrown: unknown) => {
        const { code, message } = asAbloError(thrown);
        if (!this.#over) this.events.tell('tokenFailed', thrown instanceof AbloAuthenticationError ? code : '', message);
      },
    );
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.disconnect(1000);
    globalThis.removeEventListener?.('online', this.#seen);
    globalThis.document?.removeEventListener('visibilitychange', this.#seen);
  }

  readonly #seen = (): void => {
    if (globalThis.document?.visibilityState !== 'hidden') this.events.tell('nudge');
  };
}
