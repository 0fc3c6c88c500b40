// SPDX-License-Identifier: MIT
//
// The JavaScript of the package: dist/*.js, one file an entry point, what they share in dist/chunks/. ES modules, readable,
// npm packages left out. All entries are split together, so that no class exists twice; code reachable from the server's
// entries only never lands in a chunk that the web entries load (tests/packaging holds that).
//
//   node scripts/bundle.mjs [ENTRY…]      all of them, or some: index schema react source server testing cli …
import { build } from 'esbuild';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { wasmModules } from './wasm-modules.mjs';

process.chdir(new URL('..', import.meta.url).pathname);

const entries = {
  index: 'js/src/index.ts',
  schema: 'js/src/schema/index.ts',
  react: 'react/src/index.ts',
  source: 'js/src/source/index.ts',
  'source/next': 'js/src/source/next.ts',
  'source/prisma': 'js/src/source/prisma.ts',
  'source/drizzle': 'js/src/source/drizzle.ts',
  'ai-sdk': 'js/src/ai/index.ts',
  server: 'server/src/index.ts',
  testing: 'server/src/testing.ts',
  cli: 'cli/src/main.ts',
};
const some = process.argv.slice(2);
const entryPoints = Object.fromEntries(Object.entries(entries).filter(([name]) => !some.length || some.includes(name)));

const { outputFiles } = await build({
  entryPoints,
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  packages: 'external',
  target: 'es2022',
  jsx: 'automatic',
  charset: 'utf8',
  logLevel: 'warning',
  loader: { '.sql': 'text' },
  plugins: [wasmModules],
  write: false,
}).catch(() => process.exit(1)); // esbuild has said why

// What must stand on the first line, whatever the bundler put there.
const firstLine = { 'react.js': "'use client';\n", 'cli.js': '#!/usr/bin/env node\n' };
const begins = { 'react.js': /^["']use client["']/, 'cli.js': /^#!/ };

/** A file that did not change is not touched: whoever has it open, or watches it, is left in peace. */
function keep(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

for (const folder of ['dist/chunks', 'dist/source']) mkdirSync(folder, { recursive: true });
const chunksFirst = (a, b) => b.path.includes('/chunks/') - a.path.includes('/chunks/'); // nothing names what is not there
for (const file of outputFiles.sort(chunksFirst)) {
  const name = basename(file.path);
  // Splitting leaves imports of nothing behind. No file of ours has side effects, and an app's esbuild warns of each.
  const text = file.text.replace(/^import "\.[^"]*";\n/gm, '');
  const missing = firstLine[name] && !begins[name].test(text);
  keep(file.path, Buffer.from((missing ? firstLine[name] : '') + text));
}
if ('cli' in entryPoints) chmodSync('dist/cli.js', 0o755);
keep('dist/core.wasm', readFileSync('build/wasm/core.wasm'));

const current = new Set(outputFiles.map((file) => basename(file.path)));
const stale = some.length ? [] : readdirSync('dist/chunks').filter((name) => !current.has(name));
for (const name of stale) rmSync(join('dist/chunks', name));
