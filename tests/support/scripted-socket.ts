// SPDX-License-Identifier: MIT
//
// A WebSocket without a network, for the option of that name: the test is the server at its other end
// (docs/internals/wire.md). What the client sends is kept; what it is to hear, and when the socket opens or is lost, is
// said by the test.
export interface SentFrame {
  type: string;
  [member: string]: any;
}

class ScriptedSocket {
  binaryType = '';
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number; reason: string }) => void;
  onerror?: () => void;
  state: 'connecting' | 'open' | 'closed' = 'connecting';

  constructor(
    private readonly line: ScriptedLine,
    readonly address: string,
    readonly protocols: string[],
  ) {}

  send(text: string): void {
    this.line.sent.push(JSON.parse(text) as SentFrame);
  }

  close(code = 1000): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    queueMicrotask(() => this.onclose?.({ code, reason: '' }));
  }
}

/** The line one client is on: at most one socket at a time. */
export class ScriptedLine {
  readonly sent: SentFrame[] = [];
  readonly WebSocket: new (address: string, protocols: string[]) => ScriptedSocket;
  #socket?: ScriptedSocket;
  #called?: () => void;

  constructor() {
    const line = this;
    this.WebSocket = class extends ScriptedSocket {
      constructor(address: string, protocols: string[]) {
        super(line, address, protocols);
        line.#socket = this;
        line.#called?.();
      }
    };
  }

  /** Resolves when the client is connecting. */
  async called(): Promise<void> {
    if (this.#socket?.state !== 'connecting') await new Promise<void>((resolve) => (this.#called = resolve));
    await turn();
  }

  open(): void {
    this.#socket!.state = 'open';
    this.#socket!.onopen?.();
  }

  say(frame: string | object): void {
    this.#socket!.onmessage?.({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
  }

  lose(code: number): void {
    this.#socket!.state = 'closed';
    this.#socket!.onclose?.({ code, reason: '' });
  }
}

/** Everything that was set off has run. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
