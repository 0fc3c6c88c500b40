// SPDX-License-Identifier: MIT
//
// RecordedSocket: a WebSocket for Ablo() that writes down what is said on it before the client hears it. What comes
// after the client let go of it is not heard by anybody, and not recorded.
import { WebSocket, type RawData } from 'ws';
import type { Change, Grant, Said } from './event';
import type { Nap } from './nap';

type Frame = { type: string } & Record<string, any>;
type SocketClass = new (address: string, protocols: string[]) => WebSocket;
type Recording = (said: Said) => void;

/** The class, for one client. `whole`: rows of changes too, not only their places; `nap`: it is not always there. */
export function recordedSocket(record: Recording, whole = false, nap?: Nap): SocketClass {
  return class extends WebSocket {
    #heard = true;

    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      nap?.attach(this);
      this.on('message', (data: RawData, isBinary: boolean) => {
        if (!this.#heard || isBinary) return;
        const frame = JSON.parse(String(data)) as Frame;
        const said = saidBy(frame, whole);
        if (said) record(said);
        const claims = grantsIn(frame);
        if (claims.length > 0) record({ kind: 'granted', claims });
      });
      this.on('close', (code: number) => {
        if (this.#heard) record({ kind: 'closed', code });
        this.#heard = false;
      });
    }

    override send(text: any): void {
      if (nap?.swallows(String(text))) return;
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

/** Claims that stand, wherever a frame shows them: in an answer, a refusal, the log or what is loaded. */
export function grantsIn({ claim, claims = [], changes = [], error }: Frame): Grant[] {
  const shown = [claim, ...claims, ...(error?.claims ?? []), ...(changes as Frame[]).map((change) => change['claim'])];
  return shown.filter((of) => of?.status === 'active').map(({ id, fence }) => ({ id, fence }));
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
