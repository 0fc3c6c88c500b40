// SPDX-License-Identifier: MIT
//
// A workspace of thousands of rows on its way to a client, through a real socket.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import Ablo from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { until } from '../support/until';
import { schema } from './support/schema';
import { Wire } from './support/wire';

const kRows = 5_000;
const kOfCommit = 500;
const idOf = (i: number) => `task-${String(i).padStart(5, '0')}`;

let server: TestServer;
before(async () => {
  server = await testServer({ schema });
  for (let from = 0; from < kRows; from += kOfCommit) {
    const operations = Array.from({ length: kOfCommit }, (_, i) => ({
      op: 'create', model: 'tasks', id: idOf(from + i), data: { title: `"${from + i}" ü`, status: 'todo' },
    }));
    const commit = {
      key: randomUUID(), attempt: 1, issuedAt: Date.now(), actor: { kind: 'user', id: 'ann' }, session: randomUUID(),
    };
    const input = JSON.stringify({ commits: [{ ...commit, operations }] });
    const { receipts } = JSON.parse(await server.database.call('commit', server.organization, input));
    assert.equal(receipts[0].status, 'confirmed');
  }
});
after(() => server?.close());

test('a large workspace comes as binary frames that `loaded` names by their checksums', async () => {
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  const loaded = await wire.next('loaded');
  const checksums = wire.blocks.map((block) => block.readBigUInt64LE(32).toString(16).padStart(16, '0'));
  assert.equal(wire.blocks.length, 2);
  assert.deepEqual(loaded.blocks, checksums);
  assert.deepEqual(loaded.models, {});
  wire.ws.close();
});

test('a large workspace is all there for a client, and goes on from there', async () => {
  const client = () => Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, bootstrap: 'full', logLevel: 'silent' });
  const ann = client();
  await ann.ready();
  assert.equal(ann.tasks.getCount(), kRows);
  for (let i = 0; i < kRows; i += 499) assert.equal(ann.tasks.get(idOf(i))?.title, `"${i}" ü`);
  const ben = client();
  await ben.ready();
  await ben.tasks.update(idOf(7), { title: 'changed' }, { wait: 'confirmed' });
  await until('the change is here', () => ann.tasks.get(idOf(7))?.title === 'changed');
  await Promise.all([ann.dispose(), ben.dispose()]);
});
