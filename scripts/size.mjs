// SPDX-License-Identifier: MIT
//
// What the client costs an app: a minimal app with a schema is bundled as a production build does it (React left out, Zod out
// and in), and every file is compressed as a web server would. No part may outgrow its budget in bench/size-budget.json.
// The last line is the figure as JSON; exit 0 only if it holds.
//
//   npm run size      (after npm run build)
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { wasmGroups } from './wasm-groups.mjs';

const root = new URL('..', import.meta.url).pathname;
const bounds = JSON.parse(readFileSync(`${root}/bench/size-budget.json`, 'utf8'));

const app = `
  import Ablo from '@abloatai/ablo';
  import { AbloProvider, useAblo } from '@abloatai/ablo/react';
  import { defineSchema, model, z } from '@abloatai/ablo/schema';
  globalThis.app = [Ablo, AbloProvider, useAblo, defineSchema({ tasks: model({ title: z.string() }) })];
`;

/** The files a browser would load, each with the part it belongs to. A chunk is named after the one module it was made of. */
async function bundle(external) {
  const { outputFiles } = await build({
    stdin: { contents: app, resolveDir: root, sourcefile: 'app.js' },
    outdir: 'out',
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external,
    write: false,
    logLevel: 'error',
    chunkNames: '[name]-[hash]',
  });
  return outputFiles.map(({ path, contents }) => {
    const part = path.includes('/core-wasm') ? 'wasm' : 'js';
    return { part, contents };
  });
}

function weigh(files) {
  const sizes = { raw: 0, gzip: 0, brotli: 0 };
  for (const { contents } of files) {
    sizes.raw += contents.length;
    sizes.gzip += gzipSync(contents, { level: 9 }).length;
    sizes.brotli += brotliCompressSync(contents).length;
  }
  return sizes;
}

const number = (value) => (value === undefined ? '' : value.toLocaleString('en')).padStart(10);
const print = (name, { raw, gzip, brotli }, bound) =>
  console.log(`${name.padEnd(22)}${number(raw)}${number(gzip)}${number(brotli)}${number(bound)}`);

console.log(`${'bytes'.padEnd(22)}${['raw', 'gzip', 'brotli', 'budget'].map((column) => column.padStart(10)).join('')}`);
const react = ['react', 'react-dom', 'react/jsx-runtime'];
const files = await bundle([...react, 'zod']);
const values = {};
for (const part of ['js', 'wasm']) {
  const sizes = weigh(files.filter((file) => file.part === part));
  values[`${part}_brotli`] = sizes.brotli;
  print(part, sizes, bounds[`${part}_brotli`]);
}
const total = weigh(files);
values.client_brotli = total.brotli;
print('client, Zod out', total, bounds.client_brotli);
print('client, Zod in', weigh(await bundle(react)));

const module = readFileSync(`${root}/dist/core.wasm`);
print('core.wasm by itself', weigh([{ contents: module }]));
const symbols = readFileSync(`${root}/build/wasm/core.wasm.symbols`, 'utf8');
for (const [group, raw] of Object.entries(wasmGroups(module, symbols))) print(`  code: ${group}`, { raw });

const over = Object.keys(bounds).filter((part) => !(values[part] <= bounds[part]));
for (const part of over) console.log(`\n${part} has outgrown its budget: ${number(values[part]).trim()} of ${number(bounds[part]).trim()} bytes.`);
console.log(`\n${JSON.stringify({ figure: 'size', holds: over.length === 0, values, bounds })}`);
process.exit(over.length === 0 ? 0 : 1);
