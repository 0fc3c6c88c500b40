// SPDX-License-Identifier: MIT
//
// npm run bench:cold: a page is opened again whose rows were kept in IndexedDB. Each run is a new process of Chromium with the profile of
// the one that kept them, and takes the time until the first 50 rows of a query are there: ours, the floor's, and sql.js.
// The last line is the figure as JSON, and the exit is 0 only if it holds.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openProfile } from '../../../tests/support/browser.ts';
import { bundlePage } from '../bundle.mjs';
import { median } from '../clock.mjs';
import { installPeers } from '../peers.mjs';

const { values } = parseArgs({ options: { size: { type: 'string' }, passes: { type: 'string' }, only: { type: 'string' } } });
const size = Number(values.size ?? 100_000);
const libraries = (values.only ?? 'ablo,floor,sqljs').split(',');
const bound = 120;

if (libraries.includes('sqljs')) installPeers();
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const files = await bundlePage(here('page.mjs'), {
  external: ['ws', 'fs', 'path', 'crypto'],
  nodePaths: [here('../peers/node_modules')],
});
if (libraries.includes('sqljs'))
  files.set('/sql-wasm.wasm', readFileSync(here('../peers/node_modules/sql.js/dist/sql-wasm-browser.wasm')));
const types = { '/': 'text/html', '/sql-wasm.wasm': 'application/wasm' };
const server = createServer(({ url }, response) => {
  response.writeHead(files.has(url) ? 200 : 404, { 'content-type': types[url] ?? 'text/javascript' }).end(files.get(url));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/`;

const profiles = new Map(libraries.map((library) => [library, mkdtempSync(join(tmpdir(), `ablo-cold-${library}-`))]));
async function inNewProcess(library, work, argument) {
  const context = await openProfile(profiles.get(library));
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => process.stderr.write(`${library}: ${error.message}\n`));
    await page.goto(address);
    await page.waitForFunction(() => globalThis.reopen !== undefined);
    return await page.evaluate(([name, ...given]) => globalThis[name](...given), [work, library, argument]);
  } finally {
    await context.close();
  }
}

const times = {};
let wrong = 0;
try {
  for (const library of libraries) await inNewProcess(library, 'persist', size);
  for (let pass = 0; pass < Number(values.passes ?? 5); pass++)
    for (const library of libraries) {
      const { ms, rows } = await inNewProcess(library, 'reopen');
      process.stderr.write(`pass ${pass + 1}: ${library} ${ms.toFixed(0)} ms\n`);
      (times[library] ??= []).push(ms);
      if (rows !== 50) wrong += 1;
    }
} finally {
  server.close();
  for (const profile of profiles.values()) rmSync(profile, { recursive: true, force: true });
}
const middles = Object.fromEntries(libraries.map((library) => [`${library}_ms`, Number(median(times[library]).toFixed(1))]));
const holds = wrong === 0 && (middles.ablo_ms === undefined || middles.ablo_ms <= bound);
console.log(JSON.stringify({ figure: 'cold', holds, values: { size, ...middles, wrong }, bounds: { ablo_ms: bound, wrong: 0 } }));
process.exit(holds ? 0 : 1);
