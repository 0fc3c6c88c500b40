// SPDX-License-Identifier: MIT
//
// The guide to slow work, run as it stands there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { openPage, type Page } from './page';

const prints = {
  'line.ts': ['second: queued', 'second: entity_claimed', 'second: active', 'second reads: Report, written'],
  'both.ts': ['B A'],
  'reasons.ts': ['open: 0', 'stale_context [ true ]'],
};

let page: Page;
let server: TestServer;

before(async () => {
  page = await openPage('docs/guide/claims.md');
  const { schema } = (await import(page.path('ablo/schema.ts'))) as { schema: { document: object } };
  server = await testServer({ schema });
});
after(async () => {
  await server?.close();
  await page?.remove();
});

for (const [file, printed] of Object.entries(prints))
  test(`${file} of the guide does what the page says, and ends by itself`, async () => {
    const lines = (await page.run(file, { ABLO_URL: server.url, ABLO_API_KEY: server.apiKey })).trim().split('\n');
    assert.deepEqual(lines.sort(), [...printed].sort());
  });

test('its types check, and every block names its file', async () => {
  assert.equal(page.blocks, page.files.length);
  assert.deepEqual(page.files.filter((file) => file !== 'ablo/schema.ts').sort(), Object.keys(prints).sort());
  assert.equal(await page.typeErrors(), '');
});
