// SPDX-License-Identifier: MIT
//
// Where the WebAssembly comes from, and what is said when it cannot be had. configureCore() holds for a whole process, so
// each case is one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const script = (source: string) => `
  import { readFile } from 'node:fs/promises';
  import { createServer } from 'node:http';
  import Ablo, { configureCore } from '@abloatai/ablo';
  import { defineSchema, model, z } from '@abloatai/ablo/schema';
  const bytes = await readFile(new URL(import.meta.resolve('@abloatai/ablo/core.wasm')));
  const serve = async (type) => {
    const server = createServer((_, response) => response.setHeader('content-type', type).end(bytes)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    server.unref();
    return 'http://127.0.0.1:' + server.address().port + '/core.wasm';
  };
  configureCore({ wasm: ${source} });
  const schema = defineSchema({ tasks: model({ title: z.string() }) });
  const ablo = Ablo({ schema, baseURL: 'http://127.0.0.1:9', apiKey: null, defaultWait: 'queued', logLevel: 'silent' });
  const said = await ablo.tasks.create({ title: 'a' }).then(({ title }) => title, ({ name, code, message }) => [name, code, message].join(': '));
  console.log(said);
  await ablo.dispose();
  process.exit();
`;

async function run(source: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script(source)]);
  return stdout.trim();
}

for (const [what, source] of Object.entries({
  'its bytes': 'bytes',
  'a compiled module': 'await WebAssembly.compile(bytes)',
  'an address': `await serve('application/wasm')`,
  'a server that gives it another type': `new URL(await serve('text/plain'))`,
})) {
  test(`the core starts from ${what}`, async () => {
    assert.equal(await run(source), 'a');
  });
}

test('a core that cannot be had is told by name, with what to look at', async () => {
  assert.match(
    await run('new Uint8Array(8)'),
    /^AbloServerError: core_aborted: .*could not be started.*wasm-unsafe-eval/,
  );
});
