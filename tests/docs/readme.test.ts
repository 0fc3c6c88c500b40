// SPDX-License-Identifier: MIT
//
// The README's code is run, as it stands there: every block that begins with a file's name becomes that file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testServer, type TestServer } from '@abloatai/ablo/testing';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let directory: string;
let server: TestServer;
const files = new Map<string, string>();

before(async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  // Inside the repository, so that the package resolves to itself.
  await mkdir(join(root, 'build'), { recursive: true });
  directory = await mkdtemp(join(root, 'build', 'readme-'));
  for (const [, name, code] of readme.matchAll(/```tsx?\n(?:\/\/ (\S+)\n)([\s\S]*?)```/g)) {
    const path = join(directory, name!);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, code!);
    files.set(name!, path);
  }
  const { schema } = (await import(files.get('ablo/schema.ts')!)) as { schema: { document: object } };
  server = await testServer({ schema });
});

after(async () => {
  await server?.close();
  await rm(directory, { recursive: true, force: true });
});

test('every block of code in the README names its file', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  assert.equal([...readme.matchAll(/```tsx?\n/g)].length, files.size);
  assert.ok(readme.split('\n').length <= 200, 'the README has at most 200 lines');
});

test("the README's agent runs as written, and ends by itself", async () => {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', files.get('agent.ts')!], {
    cwd: root,
    env: { ...process.env, ABLO_URL: server.url, ABLO_API_KEY: server.apiKey },
    timeout: 60_000,
  });
  assert.match(stdout, /Write the report → Write the report, done/);
});

test("the README's types check, the component included", async () => {
  await writeFile(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { noEmit: true, emitDeclarationOnly: false, declaration: false, outDir: 'out', rootDir: '../..' }, include: ['**/*'] }),
  );
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', directory], { cwd: root, timeout: 120_000 }).catch((failure: { stdout: string }) =>
    assert.fail(failure.stdout),
  );
});

test('every file that the README and the internals point to exists', async () => {
  for (const page of ['README.md', 'docs/internals/wire.md', 'docs/internals/database.md', 'docs/internals/follow-a-write.md', 'docs/internals/schema-document.md']) {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      await assert.doesNotReject(readFile(join(root, dirname(page), link!)).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EISDIR') throw error;
      }), `${page} points to ${link}`);
    }
  }
});
