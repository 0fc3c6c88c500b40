// SPDX-License-Identifier: MIT
//
// The core's memory is overwritten under a running server: its sockets are closed, they come back to a core that was
// built again, and nothing that was confirmed is lost.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { until } from '../support/until';
import { memories, watchMemories } from './support/memories';
import { schema } from './support/schema';
import { Wire } from './support/wire';

watchMemories();

test('a server outlives its core', async () => {
  const { testServer } = await import('@abloatai/ablo/testing');
  await using server = await testServer({ schema });
  const { hash } = (await server.database.schema())!;
  const join = async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    wire.hello(hash);
    return { wire, loaded: await wire.next('loaded') };
  };

  const { wire: first } = await join();
  const operations = [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'kept', status: 'todo' } }];
  first.send({ type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(), operations });
  assert.equal((await first.next('receipt')).status, 'confirmed');

  new Uint8Array(memories.at(-1)!.buffer).fill(0xff);
  first.send({ type: 'ping' });
  assert.equal((await first.closed).code, 1011);

  const { loaded } = await until('the core is back', () => join().catch(() => undefined));
  assert.equal(loaded.models.tasks[0].title, 'kept');
});

test('a server whose core cannot be built again is not well', async () => {
  const { testServer } = await import('@abloatai/ablo/testing');
  await using server = await testServer({ schema });
  const health = async () => {
    const response = await fetch(`${server.url}/healthz`);
    return [response.status, ((await response.json()) as { code?: string }).code];
  };
  assert.deepEqual(await health(), [200, undefined]);
  WebAssembly.instantiate = (() => Promise.reject(new Error('there is no memory'))) as unknown as typeof WebAssembly.instantiate;
  new Uint8Array(memories.at(-1)!.buffer).fill(0xff);
  const wire = await Wire.open(server.url, server.apiKey).catch(() => undefined);
  wire?.send({ type: 'ping' });
  await until('it says so', async () => String(await health()) === '503,api_unreachable');
});
