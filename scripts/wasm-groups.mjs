// SPDX-License-Identifier: MIT
//
// What the code of a WebAssembly module is made of: the bytes of its functions by who wrote them. A function that was put
// inline counts for the one it was put into.
import { execFileSync } from 'node:child_process';

/** The first that fits a name, as c++filt prints it. */
const groups = [
  [/^(?:\S+ )*?(?:non-virtual thunk|emscripten::|_embind_|__embind|__getTypeName|nlohmann::)/, 'libraries'],
  [/^std::|^(?:\S+ )+?std::|^operator (?:new|delete)/, 'containers'],
  [/ablo::(?:Json|parseJson|writeJson|errorJson|readDecimal|parseIsoDate|formatIsoDate|\(anonymous namespace\)::(?:Reader|Digits|rounded|nearest))/, 'codec'],
  [/ablo::|^ablo_/, 'core'],
  [/./, 'libraries'],
];

/** `{ group: bytes }`, largest first. `symbols` is what --emit-symbol-map wrote: `number:name`, a function a line. */
export function wasmGroups(bytes, symbols) {
  const names = new Map(symbols.trim().split('\n').map((line) => [Number.parseInt(line), line.slice(line.indexOf(':') + 1)]));
  const sizes = functionSizes(bytes);
  const first = Math.max(...names.keys()) + 1 - sizes.length; // functions are numbered after those that are imported
  const mangled = sizes.map((_, i) => names.get(first + i) ?? '');
  const plain = execFileSync('c++filt', { input: mangled.join('\n'), maxBuffer: 1 << 26, encoding: 'utf8' }).split('\n');
  const found = {};
  sizes.forEach((size, i) => {
    const [, group] = groups.find(([fits]) => fits.test(plain[i] || 'unknown'));
    found[group] = (found[group] ?? 0) + size;
  });
  return Object.fromEntries(Object.entries(found).sort(([, a], [, b]) => b - a));
}

function functionSizes(bytes) {
  let at = 8; // after magic and version
  const number = () => {
    let value = 0, scale = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  };
  while (at < bytes.length) {
    const id = bytes[at++], end = number() + at;
    if (id === 10)
      return Array.from({ length: number() }, () => {
        const size = number();
        at += size;
        return size;
      });
    at = end;
  }
  return [];
}
