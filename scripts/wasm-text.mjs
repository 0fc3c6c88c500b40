// SPDX-License-Identifier: MIT
//
// A WebAssembly module as JavaScript. Every bundler carries a string along, and every host compresses text: so the bytes are
// written in printable ASCII in a way that leaves their patterns to the compressor. Gzipped bytes in base64 are smaller on
// disk and larger on the wire (docs/decisions/client.md has the figures).
//
// First what is alike is put together: the code of all functions is taken apart into its instructions and, for each
// instruction, the operands that follow it wherever it stands. The size of a function is left out, since its code says where
// it ends. Then a byte among the most frequent is one character, any other is one of two prefixes and one more.
import { brotliCompressSync } from 'node:zlib';

/**
 * Characters that no quote, template, markup or minifier cares about. The first two are the prefixes. Brotli expects of text
 * that marks, letters and digits behave alike, so neighbours among the bytes are neighbours here. Which of these suits a module
 * is chance, and half a percent of it: all are tried. Two prefixes are enough for 256 bytes as long as there are 86 characters.
 */
const marks = ` !%&()*+,-./:;=>?@[]^_{|}~`;
const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyz';
const alphabets = ['', '>', '?', '@~', '&*', '[]', '()', '!%', '^_'].flatMap((without) => {
  const some = [...marks].filter((mark) => !without.includes(mark)).join('');
  return [some + digits + letters + letters.toUpperCase(), some + digits + letters.toUpperCase() + letters];
});
const prefixes = 2;
const separator = '#';

/**
 * How many operands an instruction has, by its number; after the last of these it has none. An operand ends with the first
 * byte below 128, but those of f32.const and f64.const are bytes. br_table begins with how many there are but one, and so do
 * the locals of a function with half their number.
 */
const counted = 9;
const operands = '0011109000001190' + '1200000000000000' + '1111100022222222' + '2222222222222221' + '11148';

/** The streams are numbered as the instructions whose operands they hold; these numbers are of instructions without. */
const streams = { before: 0, instructions: 1, locals: 6, after: 7 };

/**
 * The source of a module whose default export is a function that gives the bytes. `unpack` is the module that puts them
 * together (wasm/boundary/unpack.cpp).
 */
export function wasmText(bytes, unpack) {
  const parts = takenApart(bytes);
  const sources = alphabets.map((alphabet) => sourceOf(parts, alphabet, unpack));
  const sizes = sources.map((source) => brotliCompressSync(source).length);
  const source = sources[sizes.indexOf(Math.min(...sizes))];
  const again = Function(source.replace('export default', 'return'))()();
  if (Buffer.compare(again, bytes) !== 0) throw new Error('The module is another after it was text.');
  return source;
}

/** The streams of a module: what is before the code, its instructions, how many locals of which type, operands, the rest. */
function takenApart(bytes) {
  const parts = Array.from(operands, () => []);
  let at = 8; // after magic and version
  const number = (part) => {
    let value = 0, scale = 1, byte;
    do {
      byte = bytes[at++];
      part?.push(byte);
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  };
  while (bytes[at++] !== 10) {
    const length = number();
    at += length;
  }
  number();
  let functions = number();
  parts[streams.before] = Array.from(bytes.subarray(0, at));
  while (functions--) {
    const end = number() + at;
    for (let n = 2 * number(parts[streams.locals]); n > 0; n--) number(parts[streams.locals]);
    while (at < end) {
      const instruction = bytes[at++];
      if (instruction > 0xc4) throw new Error(`wasm-text.mjs does not know the operands of instruction ${instruction}.`);
      parts[streams.instructions].push(instruction);
      const part = parts[instruction];
      let count = Number(operands[instruction] ?? 0);
      if (count === counted) count = number(part) + 1;
      for (; count > 0; count--) instruction > 66 ? part.push(bytes[at++]) : number(part);
    }
  }
  parts[streams.after] = Array.from(bytes.subarray(at));
  return parts;
}

function sourceOf(parts, alphabet, unpack) {
  const frequent = alphabet.length - prefixes;
  if (frequent + prefixes * alphabet.length < 256) throw new Error('The alphabet is too small for all bytes.');
  const count = new Array(256).fill(0);
  for (const byte of parts.flat()) count[byte]++;
  const byCount = [...count.keys()].sort((a, b) => count[b] - count[a] || a - b);
  const kinds = new Array(256).fill(1);
  for (const byte of byCount.slice(0, frequent)) kinds[byte] = 0;
  const order = [...byKind(kinds, 0), ...byKind(kinds, 1)];
  const characters = [];
  order.forEach((byte, place) => {
    const rest = place - frequent;
    characters[byte] =
      rest < 0
        ? alphabet[prefixes + place]
        : alphabet[Math.floor(rest / alphabet.length)] + alphabet[rest % alphabet.length];
  });
  const text = parts.map((part) => separator + part.map((byte) => characters[byte]).join('')).join('');
  const given = [text, alphabet, kinds.join(''), operands, unpack.toString('hex')].map((text) => JSON.stringify(text));
  return `${[byKind, decode].join('\n')}
export default () => decode(${given.join(', ')});
`;
}

/** The bytes that are frequent (0) or not (1), in their order. */
function byKind(kinds, kind) {
  return [...kinds].flatMap((is, byte) => (is == kind ? [byte] : []));
}

function decode(text, alphabet, kinds, operands, unpack) {
  const code = Uint8Array.from(unpack.match(/../g), (digits) => parseInt(digits, 16));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
  exports.memory.grow(text.length >> 14); // four times the text: it, and the module, of which it leaves out very little
  const memory = new Uint8Array(exports.memory.buffer);
  const out = 2048 + text.length;
  new Uint32Array(memory.buffer).set([out, alphabet.length], 1);
  for (let i = 0; i < alphabet.length; i++) memory[128 + alphabet.charCodeAt(i)] = i;
  memory.set([0, 0, ...byKind(kinds, 0), ...byKind(kinds, 1)], 256);
  memory.set([...operands], 768);
  memory.set(new TextEncoder().encode(text), 2048);
  return memory.slice(out, exports.unpack());
}
