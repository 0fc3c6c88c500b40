// SPDX-License-Identifier: MIT
//
// What the client costs an app: a minimal app with a schema is bundled as a production build does it (React left out, Zod out
// and in), and every file is compressed as a web server would. The last line is the figure as JSON; exit 0 only if it holds.
//
//   npm run size      (after npm run build)
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const root = new URL('..', import.meta.url).pathname;
const bounds = { client_brotli: 75 * 1024 };

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
    const part = /\/core-(glue|wasm)/.exec(path)?.[1] ?? 'js';
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

const number = (value) => value.toLocaleString('en').padStart(10);
const print = (name, { raw, gzip, brotli }) => console.log(`${name.padEnd(22)}${number(raw)}${number(gzip)}${number(brotli)}`);

console.log(`${'bytes'.padEnd(22)}${'raw'.padStart(10)}${'gzip'.padStart(10)}${'brotli'.padStart(10)}`);
const react = ['react', 'react-dom', 'react/jsx-runtime'];
const files = await bundle([...react, 'zod']);
const parts = {};
for (const part of ['js', 'glue', 'wasm']) {
  parts[part] = weigh(files.filter((file) => file.part === part));
  print(part === 'wasm' ? 'wasm chunk' : part, parts[part]);
}
const total = weigh(files);
print('total, Zod out', total);
const withZod = weigh(await bundle(react));
print('total, Zod in', withZod);
const plain = weigh([{ contents: readFileSync(`${root}/dist/core.wasm`) }]);
print('core.wasm by itself', plain);

const values = {
  client_brotli: total.brotli,
  client_gzip: total.gzip,
  client_raw: total.raw,
  js_brotli: parts.js.brotli,
  glue_brotli: parts.glue.brotli,
  wasm_chunk_brotli: parts.wasm.brotli,
  with_zod_brotli: withZod.brotli,
  core_wasm_brotli: plain.brotli,
};
const holds = values.client_brotli <= bounds.client_brotli;
console.log(`\n${JSON.stringify({ figure: 'size', holds, values, bounds })}`);
process.exit(holds ? 0 : 1);
