// SPDX-License-Identifier: MIT
//
// The esbuild plugin behind `ablo:core-glue`, `ablo:core-wasm`, `ablo:hub-glue` and `ablo:hub-wasm`.
//
// glue: Emscripten's loader, minified (half the size). wasm: the module as text (wasm-text.mjs).
import { transform } from 'esbuild';
import { readFileSync } from 'node:fs';
import { wasmText } from './wasm-text.mjs';

const built = (name, suffix) => new URL(`../build/wasm/${name}.${suffix}`, import.meta.url);

const contents = {
  async glue(name) {
    const source = readFileSync(built(name, 'mjs'), 'utf8');
    const { code } = await transform(source, { minify: true, format: 'esm', target: 'es2022', legalComments: 'none' });
    return `/* Emscripten's loader for ${name}.wasm, minified. */\n${code}`;
  },
  wasm: (name) => wasmText(readFileSync(built(name, 'wasm'))),
};

export const wasmModules = {
  name: 'wasm-modules',
  setup(build) {
    build.onResolve({ filter: /^ablo:/ }, ({ path }) => ({ path: path.slice('ablo:'.length), namespace: 'ablo' }));
    build.onLoad({ filter: /.*/, namespace: 'ablo' }, async ({ path }) => {
      const [, name, kind] = /^(core|hub)-(glue|wasm)$/.exec(path) ?? [];
      if (!name) return { errors: [{ text: `ablo:${path} is not one of core-glue, core-wasm, hub-glue, hub-wasm` }] };
      return { contents: await contents[kind](name), loader: 'js' };
    });
  },
};
