// SPDX-License-Identifier: MIT
//
// Each time the core's memory grows, JavaScript is given a new buffer for all of it and V8 collects all garbage: a client that
// sent more than it may made the server stand still three times a second.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { memories, watchMemories } from './support/memories';
import { schema } from './support/schema';
import { Wire } from './support/wire';

watchMemories();

test('the memory of a server that keeps ever more grows a few times, and not with each of it', async () => {
  const { testServer } = await import('@abloatai/ablo/testing');
  await using server = await testServer({ schema, limits: { commitsPerOrganization: 1, burstSeconds: 1, queuedBytes: 0, commitBytes: 64 << 20 } });
  const memory = memories.at(-1)!;
  const before = memory.buffer.byteLength;
  const sizes = new Set<number>();
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  await wire.next('loaded');
  const title = 'x'.repeat(50_000);
  for (let n = 0; n < 800; n++) {
    const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title, status: 'todo' } }];
    wire.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
    wire.send({ type: 'ping' });
    await wire.next('pong');
    sizes.add(memory.buffer.byteLength);
  }
  wire.ws.terminate();
  assert.ok(memory.buffer.byteLength > before + (32 << 20), `${memory.buffer.byteLength} bytes`);
  assert.ok(sizes.size <= 10, `it grew ${sizes.size} times`);
});
