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

/** The source of a module whose default export is a function that gives the bytes. */
export function wasmText(bytes) {
  const parts = takenApart(bytes);
  const sources = alphabets.map((alphabet) => sourceOf(parts, alphabet));
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

function sourceOf(parts, alphabet) {
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
  const text = parts.map((part) => part.map((byte) => characters[byte]).join('')).join(separator);
  const given = [text, alphabet, kinds.join(''), operands].map((text) => JSON.stringify(text));
  return `${[byKind, decode].join('\n')}
export default () => decode(${given.join(', ')});
`;
}

/** The bytes that are frequent (0) or not (1), in their order. */
function byKind(kinds, kind) {
  return [...kinds].flatMap((is, byte) => (is == kind ? [byte] : []));
}

function decode(text, alphabet, kinds, operands) {
  const order = [0, 0, ...byKind(kinds, 0), ...byKind(kinds, 1)];
  const { length } = alphabet;
  const places = new Uint8Array(128);
  for (let i = 0; i < length; i++) places[alphabet.charCodeAt(i)] = i;
  const counts = new Uint8Array(256);
  counts.set([...operands]);
  const next = [0]; // of each stream, the place of its next byte
  for (let i = 0; (i = text.indexOf('#', i) + 1); ) next.push(i);
  const [, code, codeEnd, , , , , after, end] = next;

  const module = new Uint8Array(2 * text.length);
  let at = 0;
  const copy = (stream) => {
    let place = places[text.charCodeAt(next[stream]++)];
    if (place < 2) place = (place + 1) * length + places[text.charCodeAt(next[stream]++)];
    return (module[at++] = order[place]);
  };
  const copyAll = (stream, end) => {
    while (next[stream] < end - 1) copy(stream);
  };
  const number = (stream) => {
    let byte = copy(stream), value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) value |= ((byte = copy(stream)) & 127) << shift;
    return value;
  };
  const copyFunction = () => {
    for (let n = 2 * number(6); n > 0; n--) number(6);
    for (let depth = 1; depth > 0; ) {
      const instruction = copy(1);
      if (instruction > 1 && instruction < 5) depth++;
      else if (instruction === 11) depth--;
      let count = counts[instruction];
      if (count === 9) count = number(instruction) + 1;
      for (; count > 0; count--)
        while (copy(instruction) > 127 && instruction < 67);
    }
  };
  copyAll(0, code);
  while (next[1] < codeEnd - 1) {
    const start = at;
    copyFunction();
    const size = [];
    let rest = at - start;
    for (; rest > 127; rest >>= 7) size.push((rest & 127) | 128);
    size.push(rest);
    module.copyWithin(start + size.length, start, at);
    module.set(size, start);
    at += size.length;
  }
  copyAll(7, end);
  return module.subarray(0, at);
}
