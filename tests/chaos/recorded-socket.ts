// SPDX-License-Identifier: MIT
//
// RecordedSocket: a WebSocket for Ablo() that writes down what is said on it before the client hears it. What comes
// after the client let go of it is not heard by anybody, and not recorded.
import { WebSocket, type RawData } from 'ws';
import type { Change, Said } from './event';

type Frame = { type: string } & Record<string, any>;
type SocketClass = new (address: string, protocols: string[]) => WebSocket;
type Recording = (said: Said) => void;

/** The class, for one client. `whole`: rows of changes too, not only their places. */
export function recordedSocket(record: Recording, whole = false): SocketClass {
  return class extends WebSocket {
    #heard = true;

    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      this.on('message', (data: RawData, isBinary: boolean) => {
        if (!this.#heard || isBinary) return;
        const said = saidBy(JSON.parse(String(data)) as Frame, whole);
        if (said) record(said);
      });
      this.on('close', (code: number) => {
        if (this.#heard) record({ kind: 'closed', code });
        this.#heard = false;
      });
    }

    override send(text: any): void {
      if (String(text).startsWith('{"type":"hello"')) {
        record({ kind: 'hello', cursor: (JSON.parse(String(text)) as { cursor?: number }).cursor });
      }
      super.send(text);
    }

    override close(code?: number): void {
      this.#heard = false;
      super.close(code);
    }
  };
}

export function saidBy(frame: Frame, whole: boolean): Said | undefined {
  switch (frame.type) {
    case 'welcome':
      return { kind: 'welcome', start: frame['start'], seq: frame['seq'] };
    case 'loaded':
      return { kind: 'loaded', seq: frame['seq'] };
    case 'changes': {
      const changes = (frame['changes'] as Change[]).map(({ seq, kind, model, id, op, row }) =>
        whole ? { seq, kind, model, id, op, ...(row && { row }) } : seq,
      );
      return { kind: 'apply', from: frame['from'], to: frame['to'], changes };
    }
    case 'receipt': {
      const { key, attempt, status, seq, error } = frame;
      return { kind: 'receipt', key, attempt, status, seq, code: error?.code };
    }
    default:
      return undefined;
  }
}
