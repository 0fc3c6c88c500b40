// SPDX-License-Identifier: MIT
//
// The guide to the tools for the AI SDK, run as it stands there, with a language model that makes the calls one would.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ablo from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { openPage, type Page } from './page';

let page: Page;
let server: TestServer;
let schema: any;

before(async () => {
  page = await openPage('docs/guide/ai-sdk.md');
  ({ schema } = await import(page.path('ablo/schema.ts')));
  server = await testServer({ schema });
  await page.add('run.ts', `
    import { MockLanguageModelV4 } from 'ai/test';
    const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 1, text: 1, reasoning: 0 } };
    const say = (content: any, unified: any) => ({ content: [content], finishReason: { unified, raw: 'x' }, usage, warnings: [] });
    const call = (toolName: string, input: object) => say({ type: 'tool-call', toolCallId: toolName, toolName, input: JSON.stringify(input) }, 'tool-calls');
    const languageModel = () => new MockLanguageModelV4({
      doGenerate: async ({ prompt }: any) => {
        const { role, content } = prompt.at(-1);
        if (role !== 'tool') return call('readTasks', {});
        const { toolName, output } = content[0];
        const row = output.value.rows?.find(({ title }: any) => /call/i.test(title));
        return toolName === 'readTasks' ? call('updateTasks', { id: row.id, data: { status: 'done' } }) : say({ type: 'text', text: 'All done.' }, 'stop');
      },
    });
    (globalThis as any).AI_SDK_DEFAULT_PROVIDER = { specificationVersion: 'v4', languageModel };
    await import('./agent');
  `);
});
after(async () => {
  await server?.close();
  await page?.remove();
});

test('the agent of the guide does what it is asked, and ends by itself', async () => {
  const ablo = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey });
  const { id } = await ablo.model('tasks').create({ title: 'Call the printer', status: 'todo' });
  await ablo.model('tasks').create({ title: 'Sleep', status: 'todo' });
  assert.equal((await page.run('run.ts', { ABLO_URL: server.url, ABLO_API_KEY: server.apiKey })).trim(), 'All done.');
  assert.equal(((await ablo.model('tasks').retrieve({ id })) as any).status, 'done');
  await ablo.dispose();
});

test('its types check, and every block names its file', async () => {
  assert.equal(page.blocks, page.files.length);
  assert.equal(await page.typeErrors(), '');
});
