// SPDX-License-Identifier: MIT
//
// The source files of the repository, as git knows them: tracked, or new and not ignored.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('../../../', import.meta.url).pathname;

const source = /^(wasm|js|react|server|cli|tests|bench|examples|scripts)\/.*\.(h|cpp|ts|tsx|mjs|js|sql|css)$/;

/** `{path, lines, generated}`, in the order of their paths. */
export function sourceFiles() {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  return list
    .split('\n')
    .filter((path) => source.test(path) && existsSync(join(root, path)))
    .sort()
    .map((path) => {
      const lines = readFileSync(join(root, path), 'utf8').replace(/\n$/, '').split('\n');
      return { path, lines, generated: lines.slice(0, 3).some((line) => line.includes('Generated from')) };
    });
}
