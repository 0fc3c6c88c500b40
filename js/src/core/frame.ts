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

// An ambient enum has no values at run time; this keeps ours equal to it. Behind each number is what the record's words are: w, a
// word; n, a double in two of them; t, text by its offset and length.
const records = {
  row: [1, 'wwww'],
  query: [2, 'ww'],
  claims: [3, 'ww'],
  settled: [4, 'wwnt'],
  answered: [5, 'wwt'],
  status: [6, ''],
  send: [7, 't'],
  connect: [8, ''],
  disconnect: [9, 'w'],
  wake: [10, 'n'],
  token: [11, ''],
  premise: [12, 'wwww'],
  warning: [13, 't'],
  forget: [14, 'w'],
  lost: [15, 't'],
  model: [16, 'w'],
} as const satisfies { [Name in keyof typeof boundary.Record]: readonly [(typeof boundary.Record)[Name], string] };

const byKind = Object.entries(records).map(([name, [, shape]]) => ({ name: name as keyof FrameHandler, shape }));

const decoder = new TextDecoder();
const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

export function readFrame({ words, bytes }: Frame, handler: FrameHandler): void {
  for (let at = 0; at < words.length; ) {
    const { name, shape } = byKind[words[at++]! - 1]!;
    const read: unknown[] = [];
    for (const part of shape) {
      const word = words[at++]!;
      if (part === 'w') {
        read.push(word);
        continue;
      }
      const next = words[at++]!;
      if (part === 't') read.push(decoder.decode(bytes.subarray(word, word + next)));
      else halves.set([word, next]), read.push(double[0]);
    }
    (handler[name] as (...read: unknown[]) => void)(...read);
  }
}
