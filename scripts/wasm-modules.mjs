// SPDX-License-Identifier: MIT
//
// The esbuild plugin behind `ablo:core-wasm` and `ablo:hub-wasm`: a module as text (wasm-text.mjs).
import { readFileSync } from 'node:fs';
import { wasmText } from './wasm-text.mjs';

export const wasmModules = {
  name: 'wasm-modules',
  setup(build) {
    build.onResolve({ filter: /^ablo:/ }, ({ path }) => ({ path: path.slice('ablo:'.length), namespace: 'ablo' }));
    build.onLoad({ filter: /.*/, namespace: 'ablo' }, ({ path }) => {
      const [, name] = /^(core|hub)-wasm$/.exec(path) ?? [];
      if (!name) return { errors: [{ text: `ablo:${path} is not ablo:core-wasm or ablo:hub-wasm` }] };
      return { contents: wasmText(readFileSync(new URL(`../build/wasm/${name}.wasm`, import.meta.url))), loader: 'js' };
    });
  },
};
