// SPDX-License-Identifier: MIT
//
// Frame: what one drain() of the core handed over, and how its records are read. A frame is a copy: whoever handles a
// record may call the core again.
import type * as boundary from '../../../wasm/boundary/module';

export interface Frame {
  words: Uint32Array;
  bytes: Uint8Array;
}

/** What is done about each record. The names are those of the boundary's Record. */
export interface FrameHandler {
  row(model: number, slot: number, version: number, id: number): void;
  query(query: number, version: number): void;
  claims(model: number, id: number): void;
  settled(commit: number, outcome: number, seq: number, text: string): void;
  answered(request: number, outcome: number, text: string): void;
  status(): void;
  send(text: string): void;
  connect(): void;
  disconnect(code: number): void;
  wake(at: number): void;
  token(): void;
  premise(snapshot: number, severity: number, model: number, id: number): void;
  warning(text: string): void;
  forget(string: number): void;
  lost(claim: string): void;
  model(model: number): void;
}

// An ambient enum has no values at run time; this keeps ours equal to it.
const record = {
  row: 1,
  query: 2,
  claims: 3,
  settled: 4,
  answered: 5,
  status: 6,
  send: 7,
  connect: 8,
  disconnect: 9,
  wake: 10,
  token: 11,
  premise: 12,
  warning: 13,
  forget: 14,
  lost: 15,
  model: 16,
} as const satisfies { [Name in keyof typeof boundary.Record]: (typeof boundary.Record)[Name] };

const decoder = new TextDecoder();
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

export function readFrame({ words, bytes }: Frame, handler: FrameHandler): void {
  let at = 0;
  const word = () => words[at++]!;
  const number = () => {
    halves.set([word(), word()]);
    return double[0]!;
  };
  const text = () => {
    const offset = word();
    return decoder.decode(bytes.subarray(offset, offset + word()));
  };
  while (at < words.length) {
    const kind = word();
    switch (kind) {
      case record.row:
        handler.row(word(), word(), word(), word());
        break;
      case record.query:
        handler.query(word(), word());
        break;
      case record.claims:
        handler.claims(word(), word());
        break;
      case record.settled:
        handler.settled(word(), word(), number(), text());
        break;
      case record.answered:
        handler.answered(word(), word(), text());
        break;
      case record.status:
        handler.status();
        break;
      case record.send:
        handler.send(text());
        break;
      case record.connect:
        handler.connect();
        break;
      case record.disconnect:
        handler.disconnect(word());
        break;
      case record.wake:
        handler.wake(number());
        break;
      case record.token:
        handler.token();
        break;
      case record.premise:
        handler.premise(word(), word(), word(), word());
        break;
      case record.warning:
        handler.warning(text());
        break;
      case record.forget:
        handler.forget(word());
        break;
      case record.lost:
        handler.lost(text());
        break;
      case record.model:
        handler.model(word());
        break;
      default:
        throw new Error(`The core's frame has an unknown record: ${kind}.`);
    }
  }
}
