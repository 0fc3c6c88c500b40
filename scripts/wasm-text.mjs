// SPDX-License-Identifier: MIT
//
// A WebAssembly module as JavaScript. Every bundler carries a string along, and every host compresses text: so the bytes are
// written in printable ASCII in a way that leaves their patterns to the compressor. Gzipped bytes in base64 are smaller on
// disk and 19 % larger on the wire (docs/decisions/client.md has the figures).
//
// A byte among the most frequent of its module is one character, any other is one of two prefixes and one more.
import { brotliCompressSync } from 'node:zlib';

/**
 * Characters that no quote, template, markup or minifier cares about. The first two are the prefixes. Brotli expects of text
 * that marks, letters and digits behave alike, so neighbours among the bytes are neighbours here. Which of these suits a module
 * is chance, and 2 % of it: all are tried. Two prefixes are enough for 256 bytes as long as there are 86 characters.
 */
const marks = ` !%&()*+,-./:;=>?@[]^_{|}~`;
const digits = '0123456789';
const letters = 'abcdefghijklmnopqrstuvwxyz';
const alphabets = ['', '>', '?', '@~', '&*', '[]', '()', '!%', '^_'].flatMap((without) => {
  const some = [...marks].filter((mark) => !without.includes(mark)).join('');
  return [some + digits + letters + letters.toUpperCase(), some + digits + letters.toUpperCase() + letters];
});
const prefixes = 2;

/** The source of a module whose default export is a function that gives the bytes. */
export function wasmText(bytes) {
  const sources = alphabets.map((alphabet) => sourceOf(bytes, alphabet));
  const sizes = sources.map((source) => brotliCompressSync(source).length);
  return sources[sizes.indexOf(Math.min(...sizes))];
}

function sourceOf(bytes, alphabet) {
  const frequent = alphabet.length - prefixes;
  if (frequent + prefixes * alphabet.length < 256) throw new Error('The alphabet is too small for all bytes.');
  const count = new Array(256).fill(0);
  for (const byte of bytes) count[byte]++;
  const byCount = [...count.keys()].sort((a, b) => count[b] - count[a] || a - b);
  const ascending = (bytes) => bytes.sort((a, b) => a - b);
  const order = [...ascending(byCount.slice(0, frequent)), ...ascending(byCount.slice(frequent))];
  const characters = [];
  order.forEach((byte, place) => {
    const rest = place - frequent;
    characters[byte] =
      rest < 0
        ? alphabet[prefixes + place]
        : alphabet[Math.floor(rest / alphabet.length)] + alphabet[rest % alphabet.length];
  });
  const text = Array.from(bytes, (byte) => characters[byte]).join('');
  return `${decode}
const alphabet = ${JSON.stringify(alphabet)}, prefixes = ${prefixes};
const order = ${JSON.stringify(order)};
const text = ${JSON.stringify(text)};
export default () => decode(text, order, alphabet, prefixes);
`;
}

function decode(text, order, alphabet, prefixes) {
  const places = new Uint8Array(128);
  for (let i = 0; i < alphabet.length; i++) places[alphabet.charCodeAt(i)] = i;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let place = places[text.charCodeAt(i)] - prefixes;
    if (place < 0) place = (place + prefixes + 1) * alphabet.length - prefixes + places[text.charCodeAt(++i)];
    bytes[length++] = order[place];
  }
  return bytes.subarray(0, length);
}
