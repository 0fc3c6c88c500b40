// SPDX-License-Identifier: MIT
//
// The README's code is run, as it stands there.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { openPage, root, type Page } from './page';

let page: Page;
let server: TestServer;

before(async () => {
  page = await openPage('README.md');
  const { schema } = (await import(page.path('ablo/schema.ts'))) as { schema: { document: object } };
  server = await testServer({ schema });
});
after(async () => {
  await server?.close();
  await page?.remove();
});

test('every block of code in the README names its file', () => {
  assert.equal(page.blocks, page.files.length);
  assert.ok(page.text.split('\n').length <= 200, 'the README has at most 200 lines');
});

test("the README's agent runs as written, and ends by itself", async () => {
  const printed = await page.run('agent.ts', { ABLO_URL: server.url, ABLO_API_KEY: server.apiKey });
  assert.match(printed, /Write the report → Write the report, done/);
});

test("the README's types check, the component included", async () => {
  assert.equal(await page.typeErrors(), '');
});

test('every file that the README and the pages of docs point to exists', async () => {
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md'));
  for (const page of ['README.md', ...docs.map((name) => `docs/${name}`)]) {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      await assert.doesNotReject(readFile(join(root, dirname(page), link!)).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EISDIR') throw error;
      }), `${page} points to ${link}`);
    }
  }
});
