// SPDX-License-Identifier: MIT
//
// The types of the package: tsc checks everything and writes dist/types. Then relative imports get their file endings, since
// apps that resolve as Node does find no types without them.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);

// What was checked before is remembered; without its output the memory is worth nothing.
const memory = 'build/types.tsbuildinfo';
if (!existsSync('dist/types')) rmSync(memory, { force: true });
const { status } = spawnSync('node_modules/.bin/tsc', ['--incremental', '--tsBuildInfoFile', memory, '--pretty', 'false'], {
  stdio: 'inherit',
});

// tsc leaves out what is a declaration already.
mkdirSync('dist/types/wasm/boundary', { recursive: true });
copyFileSync('wasm/boundary/module.d.ts', 'dist/types/wasm/boundary/module.d.ts');

for (const name of readdirSync('dist/types', { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const path = join('dist/types', name);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.\.?(?:\/[^'"]*)?)\2/g, (whole, keyword, quote, target) => {
    const file = join(dirname(path), target);
    const ending = existsSync(`${file}.d.ts`) ? '.js' : existsSync(join(file, 'index.d.ts')) ? '/index.js' : '';
    return `${keyword}${quote}${target}${ending}${quote}`;
  });
  if (after !== before) writeFileSync(path, after);
}
process.exit(status ?? 1);
