// SPDX-License-Identifier: MIT
//
// The esbuild plugin behind `ablo:core-wasm` and `ablo:hub-wasm`: a module as text (wasm-text.mjs). Finding the shortest text
// takes seconds, so it is kept beside the module, under a hash of what it was made of.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { wasmText } from './wasm-text.mjs';

const file = (name) => new URL(`../build/wasm/${name}`, import.meta.url);

function keptText(name) {
  const bytes = readFileSync(file(`${name}.wasm`));
  const maker = readFileSync(new URL('./wasm-text.mjs', import.meta.url));
  const unpack = readFileSync(file('unpack.wasm'));
  const hash = `// ${createHash('sha256').update(bytes).update(maker).update(unpack).digest('hex')}\n`;
  const kept = file(`${name}.wasm.js`);
  const before = existsSync(kept) ? readFileSync(kept, 'utf8') : '';
  if (before.startsWith(hash)) return before.slice(hash.length);
  const text = wasmText(bytes, unpack);
  writeFileSync(kept, hash + text);
  return text;
}

export const wasmModules = {
  name: 'wasm-modules',
  setup(build) {
    build.onResolve({ filter: /^ablo:/ }, ({ path }) => ({ path: path.slice('ablo:'.length), namespace: 'ablo' }));
    build.onLoad({ filter: /.*/, namespace: 'ablo' }, ({ path }) => {
      const [, name] = /^(core|hub)-wasm$/.exec(path) ?? [];
      if (!name) return { errors: [{ text: `ablo:${path} is not ablo:core-wasm or ablo:hub-wasm` }] };
      return { contents: keptText(name), loader: 'js' };
    });
  },
};
