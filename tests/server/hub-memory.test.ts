// SPDX-License-Identifier: MIT
//
// Each time the hub's memory grows, JavaScript is given a new buffer for all of it and V8 collects all garbage: a client that
// sent more than it may made the server stand still three times a second.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { instantiate } from '../../wasm/boundary/loader';
import type { HubModule } from '../../wasm/boundary/module';

const MiB = 1 << 20;

test('the memory of a hub that takes in ever more grows a few times, and not with each of it', async () => {
  const bytes = readFileSync(new URL('../../build/wasm/hub.wasm', import.meta.url));
  const module = await instantiate<HubModule>(await WebAssembly.compile(bytes));
  const hub = new module.Hub('{}');
  const buffers = new Set<ArrayBufferLike>();
  for (let length = MiB; length <= 64 * MiB; length += MiB / 4) {
    module._ablo_input(hub.pointer(), length);
    buffers.add(module.HEAPU8.buffer);
  }
  hub.delete();
  assert.ok(module.HEAPU8.byteLength > 64 * MiB);
  assert.ok(buffers.size <= 12, `${buffers.size} buffers`);
});
