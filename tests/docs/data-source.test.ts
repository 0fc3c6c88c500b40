// SPDX-License-Identifier: MIT
//
// The guide to Data Sources is followed, as it stands there, in front of a real Postgres.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { apiKey, ask } from '../support/source';
import { openPage, root, type Page } from './page';

let page: Page;
let cluster: PostgresCluster;

before(async () => {
  [page, cluster] = await Promise.all([openPage('docs/guide/data-source.md'), startPostgres()]);
  // What such an application has already.
  await page.add('backend/services/tasks.ts', `
    import type { SourceOperation, SourceQuery, SourceScope } from '@abloatai/ablo/source';
    const tasks = new Map<string, object>();
    export const getTask = async (id: string) => tasks.get(id) ?? null;
    export const listTasks = async (_: SourceQuery) => [...tasks.values()];
    export async function applyTaskOperations(operations: readonly SourceOperation[], _key?: string, _scope?: SourceScope) {
      for (const { id, input } of operations) tasks.set(id!, { id, ...input });
      return operations.map(({ id }) => tasks.get(id!)!);
    }
  `);
  await page.add('generated/prisma/client.ts', `
    import { DbNull } from '@prisma/client/runtime/client';
    export { PrismaClient } from '../../../../tests/support/prisma/client';
    export const Prisma = { DbNull };
  `);
  await cluster.psql(`create table tasks (id text primary key, title text not null, status text not null, updated_at timestamptz not null)`);
});
after(async () => {
  await cluster?.stop();
  await page?.remove();
});

test('every block of TypeScript in the guide names its file, and all types check', async () => {
  assert.equal(page.blocks, page.files.length);
  assert.equal(await page.typeErrors(), '');
});

test('with the tables of the guide its signed requests change the database, and are answered from it', async () => {
  const environment = { DATABASE_URL: cluster.url, ABLO_API_KEY: apiKey };
  for (let twice = 0; twice < 2; twice++) await page.run('migrate.ts', environment);
  const [commit, load, list, events] = (await page.run('check.ts', environment)).trim().split('\n');
  assert.match(commit!, /^200 \{"rows":\[\{"id":"t1","title":"Call the printer","status":"todo"/);
  assert.match(load!, /^200 \{"row":\{"id":"t1"/);
  assert.match(list!, /^200 \{"rows":\[\{"id":"t1"/);
  assert.match(events!, /^200 \{"events":\[\{.*"entityId":"t1"/);
  assert.equal(await cluster.psql(`select title from tasks where id = 't1'`), 'Call the printer');

  const [, outside] = /```sql\n([\s\S]*?)```/.exec(page.text)!;
  await cluster.psql(outside!);
  assert.equal(await cluster.psql(`select type, entity_id from ablo_outbox order by cursor desc limit 1`), 'UPDATE|t1');
});

test('functions of the application answer, and so does Prisma', async () => {
  process.env['ABLO_API_KEY'] = apiKey;
  const { handle } = await import(page.path('backend/source.ts'));
  const commit = { type: 'commit', clientTxId: 'tx_2', operations: [{ type: 'CREATE', model: 'tasks', id: 't2', input: { title: 'x', status: 'todo' } }] };
  assert.equal((await ask(handle, commit)).status, 200);
  assert.equal((await ask(handle, { type: 'load', model: 'tasks', id: 't2' })).row.title, 'x');
  const { handle: prisma } = await import(page.path('backend/prisma-source.ts'));
  assert.equal(typeof prisma, 'function'); // what it does is tested with a schema of its own: tests/js/source-adapters.test.ts
});

test("the guide's Python is what the tests run", async () => {
  const [, code] = /```python\n([\s\S]*?)```/.exec(page.text)!;
  assert.equal(code, await readFile(join(root, 'tests/support/python-backend/app/ablo_source.py'), 'utf8'));
});
