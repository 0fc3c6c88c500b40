// SPDX-License-Identifier: MIT
//
// The page's files, built once by esbuild when the server starts and kept in memory. Splitting leaves the WASM core a
// chunk of its own, loaded on use.

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface PageFile {
  type: string;
  body: Uint8Array;
}

/** Files by the path they are asked for: `/`, `/main.js`, `/style.css` and chunks. */
export async function buildPage(): Promise<Map<string, PageFile>> {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'src/main.tsx'), join(here, 'src/style.css')],
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    minify: true,
    write: false,
    outdir: '/',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    logOverride: { 'ignored-bare-import': 'silent' }, // inside its own repository the package is no dependency
  });
  const files = outputFiles.map(({ path, contents }): [string, PageFile] => [
    path,
    { type: types[extname(path)]!, body: contents },
  ]);
  return new Map([['/', { type: types['.html']!, body: await readFile(join(here, 'index.html')) }], ...files]);
}
