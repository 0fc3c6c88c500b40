// SPDX-License-Identifier: MIT
//
// A page of a bench and what it loads, by address.
import { build } from 'esbuild';

/** `more` are further options of esbuild. */
export async function bundlePage(page, more = {}) {
  const { outputFiles } = await build({
    entryPoints: [page],
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: ['ws'],
    write: false,
    logLevel: 'error',
    ...more,
  });
  const html = '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>';
  return new Map([['/', html], ...outputFiles.map(({ path, contents }) => [path, Buffer.from(contents)])]);
}
