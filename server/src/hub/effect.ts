// SPDX-License-Identifier: MIT
//
// What the hub wants done: its frame, read out of the module's memory (HubRecord in wasm/boundary/module.d.ts).
//
// The frame is valid only until the next call into the module, so everything is copied out before the first effect is
// performed. The bytes are copied once for all records; a frame for a thousand sockets is one Buffer.
import type { CoreMemory } from '../../../wasm/boundary/module';

export type Effect =
  | { kind: 'send'; opcode: number; bytes: Buffer; sockets: number[] }
  | { kind: 'call'; request: number; fn: string; organization: string; input: string }
  | { kind: 'close'; socket: number; code: number; reason: string }
  | { kind: 'wake'; at: number }
  | { kind: 'log'; line: string }
  | { kind: 'hint'; organization: string; head: number };

const send = 1;
const call = 2;
const close = 3;
const wake = 4;
const log = 5;
const hint = 6;

/** `frame` is what _ablo_drain returned: a pointer to words, number of words, bytes, number of bytes. */
export function readEffects(memory: CoreMemory, frame: number): Effect[] {
  const [at = 0, count = 0, bytesAt = 0, length = 0] = memory.HEAPU32.subarray(frame >>> 2, (frame >>> 2) + 4);
  if (count === 0) return [];
  const words = memory.HEAPU32.slice(at >>> 2, (at >>> 2) + count);
  const bytes = Buffer.from(memory.HEAPU8.subarray(bytesAt, bytesAt + length));
  const effects: Effect[] = [];
  let i = 0;
  const next = () => words[i++]!;
  const slice = () => {
    const offset = next();
    return bytes.subarray(offset, offset + next());
  };
  const text = () => slice().toString();
  const number = () => new Float64Array(words.slice(i, (i += 2)).buffer)[0]!;

  while (i < count) {
    switch (next()) {
      case send: {
        const opcode = next();
        const n = next();
        effects.push({ kind: 'send', opcode, bytes: slice(), sockets: Array.from(words.subarray(i, i + n)) });
        i += n;
        break;
      }
      case call:
        effects.push({ kind: 'call', request: next(), fn: text(), organization: text(), input: text() });
        break;
      case close:
        effects.push({ kind: 'close', socket: next(), code: next(), reason: text() });
        break;
      case wake:
        effects.push({ kind: 'wake', at: number() });
        break;
      case log:
        effects.push({ kind: 'log', line: text() });
        break;
      case hint:
        effects.push({ kind: 'hint', head: number(), organization: text() });
        break;
      default:
        throw new Error(`unknown record ${words[i - 1]} in the hub's frame`);
    }
  }
  return effects;
}
