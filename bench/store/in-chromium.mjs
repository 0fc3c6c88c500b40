// SPDX-License-Identifier: MIT
//
// The same runs in Chromium: one page for each, served with the headers that make a page's clock exact to 5 µs.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../../tests/support/browser.ts';
import { bundlePage } from './bundle.mjs';

const patience = 60_000;
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
};

export async function openChromium() {
  const files = await bundlePage(fileURLToPath(new URL('page.mjs', import.meta.url)));
  const server = createServer(({ url }, response) => {
    const body = files.get(url);
    const type = url === '/' ? 'text/html' : 'text/javascript';
    response.writeHead(body ? 200 : 404, { ...headers, 'content-type': type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await openBrowser().catch((thrown) => {
    server.close();
    throw thrown;
  });
  const address = `http://127.0.0.1:${server.address().port}/`;
  return {
    run: (plan) => runInPage(browser, address, plan),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

async function runInPage(browser, address, { library, size, what, budget }) {
  const figures = {};
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await page.exposeFunction('benchEmit', (name, value) => void (figures[name] = value));
    await page.exposeFunction('benchBytes', () => bytes(devtools));
    await page.goto(address);
    const run = page.evaluate((args) => globalThis.run(...args), [library, size, what, budget]);
    await Promise.race([run, late()]);
  } catch (thrown) {
    figures[`unfinished_${what}`] = String(thrown.message).slice(0, 300);
  } finally {
    await context.close().catch(() => {});
  }
  return figures;
}

/** The page's heap with what its buffers hold outside of it, WebAssembly's memory among them. */
async function bytes(devtools) {
  for (let i = 0; i < 3; i++) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await devtools.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

function late() {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error(`more than ${patience / 1000} s`));
    setTimeout(fail, patience).unref();
  });
}
