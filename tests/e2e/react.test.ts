// SPDX-License-Identifier: MIT
//
// useAblo in a real DOM: what a component shows, and how often it is rendered for it. Each way of setting it up
// gives the same: the provider with a schema, with a client, and under StrictMode.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { Ablo } from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { schema } from '../../examples/task-board/ablo.schema';
import { openBrowser, visit, type Visit } from '../support/browser';
import { until } from '../support/until';
import { runAgent } from './agent-process';

describe('useAblo in a browser', () => {
  let server: TestServer;
  let pages: Server;
  let browser: Browser;
  let agent: Ablo<typeof schema>;
  let reviewer: Ablo<typeof schema>;
  let translator: Ablo<typeof schema>;
  let grace: Ablo<typeof schema>;

  before(async () => {
    server = await testServer({ schema, dev: true });
    pages = await serveProbe();
    browser = await openBrowser();
    const named = (agentId: string) => Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, agentId });
    [agent, reviewer, translator] = [named('drafter'), named('reviewer'), named('translator')];
    grace = Ablo({ schema, baseURL: server.url });
    grace.setAuthToken((await agent.sessions.create({ user: { id: 'grace' } })).token);
  });

  after(async () => {
    await browser?.close();
    await Promise.all([agent, reviewer, translator, grace].map((each) => each?.dispose()));
    pages?.closeAllConnections();
    pages?.close();
    await server?.close();
  });

  for (const form of ['form=schema', 'form=schema&strict', 'form=client', 'form=client&strict']) {
    describe(form, () => {
      let visited: Visit;
      let page: Page;
      let one: { id: string };
      let two: { id: string };

      before(async () => {
        for (const task of await agent.tasks.load({})) await agent.tasks.delete(task.id);
        one = await agent.tasks.create({ data: { title: 'One', status: 'todo' } });
        two = await agent.tasks.create({ data: { title: 'Two', status: 'doing' } });
        const { token } = await agent.sessions.create({ user: { id: 'ada' } });
        const query = new URLSearchParams({ token, url: server.url, id: one.id });
        const { port } = pages.address() as AddressInfo;
        visited = await visit(browser, `http://127.0.0.1:${port}/?${form}&${query}`);
        page = visited.page;
        await shows('status', 'connected');
        await shows('row', 'One');
      });

      after(() => visited?.close());

      const shows = (as: string, text: string) => page.getByTestId(as).getByText(text, { exact: true }).waitFor();

      /** Which components were rendered because of this. */
      async function rendered(change: () => Promise<unknown>, seen: () => Promise<unknown>): Promise<string[]> {
        const before = await page.evaluate(() => ({ ...window.renders }));
        await change();
        await seen();
        // Two frames: whatever React was going to render because of it has been rendered.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const now = await page.evaluate(() => window.renders);
        return Object.keys(now).filter((as) => now[as] !== before[as] && as !== 'status').sort();
      }

      test('a changed row renders those who show it and nobody else', async () => {
        const whom = await rendered(
          () => agent.tasks.update(one.id, { title: 'One, changed' }),
          () => shows('row', 'One, changed'),
        );
        assert.deepEqual(whom, ['list', 'row', 'titles']);
      });

      test('a change of a row that a component does not select leaves it alone', async () => {
        const whom = await rendered(
          () => agent.tasks.update(two.id, { title: 'Two, changed' }),
          () => shows('titles', 'One, changed, Two, changed'),
        );
        assert.deepEqual(whom, ['titles']);
      });

      test('a selector that makes a new array each time is rendered only when its content differs', async () => {
        const whom = await rendered(
          () => agent.tasks.update(two.id, { status: 'done' }),
          () => shows('count', '1'),
        );
        assert.deepEqual(whom, ['count']);
      });

      test('a claim renders those who read claims, and its release again', async () => {
        const claim = await agent.tasks.claim({ id: one.id, action: 'drafting…' });
        await shows('claims', 'drafter drafting…');
        await shows('holder', 'drafter');
        const whom = await rendered(
          () => claim.release(),
          () => shows('holder', 'nobody'),
        );
        assert.deepEqual(whom, ['claims', 'holder', 'line']);
        assert.equal(await page.getByTestId('claims').innerText(), '');
      });

      const owned = form.startsWith('form=schema');
      const once = form.endsWith('strict') ? 2 : 1; // React renders twice there, to find out who minds
      const asks = (client: typeof agent) => ({ held: client.tasks.claim({ id: one.id, ttl: '1s' }) }); // not awaited: it may wait

      /** What was done, when the line is shown as it is after it, and rendered so often: by claim.state, and by intents.list. */
      async function step<T>(act: () => T | Promise<T>, line: string, times = 1): Promise<T> {
        const rendered = () => page.evaluate(() => ['line', 'claims'].map((as) => window.renders[as]!));
        const before = await rendered();
        const done = await act();
        await shows('line', line);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        assert.deepEqual(await rendered(), before.map((so) => so + times * once), line);
        return done;
      }

      test('who reads the line of a row is rendered once for each transition of it, and for nothing else', { skip: !owned && 'the hooks are the same' }, async () => {
        const first = await step(() => asks(agent), 'drafter');
        const second = await step(() => asks(reviewer), 'drafter < reviewer');
        const person = await step(() => asks(grace), 'drafter < reviewer < grace');
        const last = await step(() => asks(translator), 'drafter < reviewer < grace < translator');
        const queue = () => agent.tasks.claim.queue({ id: one.id });
        await until('the holder sees it, too', () => queue().length === 3);

        const meanwhile = async () => {
          const { id } = await agent.tasks.create({ data: { title: 'Another', status: 'doing' } });
          await agent.tasks.update(id, { title: 'Another, meanwhile' });
          await agent.tasks.update(one.id, { title: 'One, meanwhile' });
          await shows('row', 'One, meanwhile');
          await pause(2_500); // their claims last for less: all of them are renewed
        };
        await step(meanwhile, 'drafter < reviewer < grace < translator', 0);

        const toTheFront = () => agent.tasks.claim.reorder({ id: one.id, order: [queue()[1]!] });
        await step(toTheFront, 'drafter < grace < reviewer < translator');
        await step(async () => (await first.held).release(), 'grace < reviewer < translator');
        await step(async () => (await person.held).release(), 'reviewer < translator');
        const killed = runAgent(server, [one.id, '--name', 'killed', '--seconds', '60', '--ttl', '1']);
        await shows('line', 'reviewer < translator < killed');
        await step(async () => (await second.held).release(), 'translator < killed');
        await step(async () => (await last.held).release(), 'killed');
        await step(() => killed.kill(), 'nobody');
      });

      test('a page that stands in line itself is rendered once for it, too', { skip: !owned }, async () => {
        const { held } = await step(() => asks(agent), 'drafter');
        try {
          await step(() => page.evaluate(pageAsks, one.id), 'drafter < ada');
        } finally {
          await (await held).release();
          await page.evaluate(() => window.claim!.then((claim) => claim.release()));
          await shows('line', 'nobody');
        }
      });

      test('a selector sees the newest props', async () => {
        await page.getByTestId('id').fill(two.id);
        await shows('row', 'Two, changed');
        const whom = await rendered(
          () => agent.tasks.update(two.id, { title: 'Two again' }),
          () => shows('row', 'Two again'),
        );
        assert.deepEqual(whom, ['row', 'titles']);
      });

      test('a row that is not there yet shows what the server rendered', async () => {
        const id = crypto.randomUUID();
        await page.getByTestId('id').fill(id);
        await shows('row', 'from the server');
        await agent.tasks.create({ id, data: { title: 'Three', status: 'doing' } });
        await shows('row', 'Three');
      });

      test('the client itself is handed out without being rendered for data', async () => {
        const whom = await rendered(
          () => agent.tasks.create({ data: { title: 'Four', status: 'todo' } }),
          () => page.getByTestId('list').getByText('Four').waitFor(),
        );
        assert.equal(whom.includes('client'), false);
        assert.equal(await page.getByTestId('client').innerText(), 'here');
      });

      const sockets = async () =>
        ((await (await fetch(`${server.url}/healthz`)).json()) as { sockets: number }).sockets;

      test(`hidden and shown again, the provider has ${owned ? 'another client' : 'the client it was given'}`, async () => {
        const before = await sockets();
        await page.evaluate(() => window.show('hidden'));
        if (owned) await until('its socket is closed', async () => (await sockets()) === before - 1);
        await page.evaluate(() => window.show('visible'));
        await shows('status', 'connected');
        await page.getByTestId('id').fill(two.id);
        await shows('row', 'Two again');
        assert.equal(await sockets(), before);
      });

      test(`unmounted, it lets the last write out and ${owned ? 'ends' : 'does not end'} the client`, async () => {
        const before = await sockets();
        await page.evaluate((id) => {
          void window.client!.tasks.update(id, { title: 'Last words' });
          window.unmount();
        }, one.id);
        const title = async () => (await agent.tasks.retrieve({ id: one.id }))?.title;
        await until('the write is there', async () => (await title()) === 'Last words');
        if (owned) await until('its socket is closed', async () => (await sockets()) === before - 1);
        else assert.equal(await page.evaluate(() => window.client!.ready().then(() => 'ready')), 'ready');
      });

      test('React had nothing to complain about', () => {
        assert.deepEqual(visited.complaints, []);
      });
    });
  }
});

/** In the page: its person asks for the row. */
function pageAsks(id: string): void {
  window.claim = window.client!.tasks.claim({ id });
}

/** The probe with React's development build, which is the one that complains. */
async function serveProbe(): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('probe.tsx', import.meta.url))],
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    write: false,
    outdir: '/',
    logLevel: 'warning',
  });
  const scripts = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';
  const html = `${head}<div id="root"></div><script type="module" src="/probe.js"></script>`;
  const server = createServer((request, response) => {
    const script = scripts.get(new URL(request.url!, 'http://probe').pathname);
    response.setHeader('content-type', script ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    response.end(script ?? html);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}
