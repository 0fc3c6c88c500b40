// SPDX-License-Identifier: MIT
//
// ablo keys: the keys of the embedded database, while nobody else uses it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port';
import { Project, schemaWith } from './support';

let project: Project;
before(async () => {
  project = await Project.create({ 'ablo/schema.ts': schemaWith('note') });
  const dev = project.ablo(['dev', '--port', String(await freePort())]);
  await dev.says(/Schema version 1/);
  await dev.stop();
});
after(() => project?.remove());

async function json<T>(...args: string[]): Promise<T> {
  const run = project.ablo([...args, '--json']);
  await run.exit;
  return JSON.parse(run.stdout) as T;
}

test('a key is made, listed without its secret, and revoked', async () => {
  const made = await json<{ id: string; token: string }>('keys', 'create', '--name', 'nightly');
  assert.match(made.token, /^sk_test_\w{36}$/);

  const run = project.ablo(['keys', 'list', '--json']);
  await run.exit;
  assert.ok(!run.stdout.includes(made.token));
  const listed = (JSON.parse(run.stdout) as { id: string; name?: string }[]).find(({ id }) => id === made.id);
  assert.equal(listed?.name, 'nightly');

  await json('keys', 'revoke', made.id);
  const after = (await json<{ id: string; revokedAt?: string }[]>('keys', 'list')).find(({ id }) => id === made.id);
  assert.ok(after?.revokedAt);
});

test('a key nobody knows cannot be revoked', async () => {
  assert.equal((await json<{ code: string }>('keys', 'revoke', 'nothing')).code, 'apikey_invalid');
});

test('without any database it says so', async () => {
  const run = project.ablo(['keys', 'list', '--dir', 'nowhere']);
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /database_unreachable/);
});
