// SPDX-License-Identifier: MIT
//
// Connection: what the core wants done outside of it. It opens and closes sockets, fetches tokens and sets the one timer,
// each because a record of the core's frame said so; what happens then goes back to the core as an event.
//
// It also knows whether anybody waits for something: only then do socket and timer keep a Node process running.
import { loopback, type Settings } from '../client/options';
import { Socket, type SocketEvents } from './socket';
import { fetchToken, isTerminal, reasonOf, type Token } from './token';

export interface ConnectionEvents extends SocketEvents {
  tokenReady(): void;
  tokenFailed(terminal: boolean, message: string): void;
  tick(): void;
  nudge(): void;
}

type Timer = ReturnType<typeof setTimeout> & { ref?: () => void; unref?: () => void };

export class Connection {
  #socket: Socket | undefined;
  #timer: Timer | undefined;
  #given: Token = {};
  #holds = 0;
  #over = false;

  constructor(
    private readonly settings: Settings,
    private readonly events: ConnectionEvents,
  ) {}

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
    if (this.#holds++ === 0) this.#apply();
    let held = true;
    return () => {
      if (held && --this.#holds === 0) this.#apply();
      held = false;
    };
  }

  connect(): void {
    this.#socket?.disconnect(1000);
    this.#socket = new Socket(`${this.baseURL.replace(/^http/, 'ws')}/api/sync/ws`, this.#given.token, this.events);
    this.#apply();
  }

  disconnect(code: number): void {
    this.#socket?.disconnect(code);
    this.#socket = undefined;
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Sets the timer; a negative time takes it back. */
  wake(at: number): void {
    clearTimeout(this.#timer);
    this.#timer = at < 0 ? undefined : setTimeout(() => this.events.tick(), Math.max(0, at - Date.now()));
    this.#apply();
  }

  fetchToken(): void {
    fetchToken(this.settings).then(
      (given) => {
        this.#given = given;
        if (!this.#over) this.events.tokenReady();
      },
      (thrown: unknown) => {
        if (!this.#over) this.events.tokenFailed(isTerminal(thrown), reasonOf(thrown));
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

  /** Tries again now, whatever pause the core has set. */
  nudge(): void {
    this.events.nudge();
  }

  readonly #seen = (): void => {
    if (globalThis.document?.visibilityState !== 'hidden') this.nudge();
  };

  #apply(): void {
    const held = this.#holds > 0;
    this.#socket?.hold(held);
    if (held) this.#timer?.ref?.();
    else this.#timer?.unref?.();
  }
}
