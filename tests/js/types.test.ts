// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const here = (path: string) => new URL(path, import.meta.url).pathname;
const options = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  'false',
  '--target',
  'ES2022',
  '--lib',
  'ES2023,ESNext.Disposable,DOM',
  '--module',
  'ESNext',
  '--moduleResolution',
  'Bundler',
  '--skipLibCheck',
  '--types',
  'node',
  '--pretty',
  'false',
  '--ignoreConfig',
];

async function check(file: string): Promise<string> {
  const tsc = here('../../node_modules/.bin/tsc');
  return promisify(execFile)(tsc, [...options, here(file)], { cwd: here('../..') }).then(
    () => '',
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

// One program each: a registration holds for the whole program.
for (const file of ['seeds.types.ts', 'registered.types.ts']) {
  test(`${file} compiles against the published types, and what it says is wrong is`, async () => {
    assert.equal(await check(file), '');
  });
}
