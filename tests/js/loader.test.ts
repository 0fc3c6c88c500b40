// SPDX-License-Identifier: MIT
//
// What JavaScript and a module hand each other: text, memory that grows, and the end of a module that cannot go on.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { configureCore, loadCore } from '../../js/src/core/load-core';

before(async () => configureCore({ wasm: await readFile('dist/core.wasm') }));

const client = async () => {
  const core = await loadCore();
  return { core, client: new core.Client('{"session":"s","bootstrap":"none"}') };
};

test('text crosses in both directions whatever its alphabet, and half a character does not break it', async () => {
  const { client: own } = await client();
  const unknown = (name: string) => JSON.parse(own.openQuery(JSON.stringify({ model: name }))).error.message as string;
  own.defineSchema('{"v":3,"models":{}}');
  assert.match(unknown('größe €𝄞 見'), /größe €𝄞 見/);
  assert.match(JSON.parse(own.openQuery('{"model":"a\ud800"}')).error.message, /a\ufffd/);
  own.delete();
});

test('memory grows in steps of a fiftieth: a large load does not get a new buffer for every page', async () => {
  const core = (await loadCore()) as Awaited<ReturnType<typeof loadCore>> & { _malloc(length: number): number };
  const buffers = new Set<Uint8Array>();
  for (let i = 0; i < 4_000; i++) {
    const at = core._malloc(10_000);
    buffers.add(core.HEAPU8);
    assert.ok(at > 0 && at + 10_000 <= core.HEAPU8.length);
    assert.equal(core.HEAPU8.buffer, core.HEAPU32.buffer);
  }
  assert.ok(buffers.size < 250, `${buffers.size} buffers`);
});

test('a module out of memory traps, so that the client builds it again', async () => {
  const { core, client: own } = await client();
  assert.throws(() => core._ablo_input(own.pointer(), 2 ** 32 - 1), WebAssembly.RuntimeError);
});
