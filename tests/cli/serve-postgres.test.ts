// SPDX-License-Identifier: MIT
//
// ablo serve on an empty Postgres: from the first key to a schema in force, in the order the commands themselves name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PostgresProject, schemaWith, type Run } from './support';

let project: PostgresProject;
let serve: Run;

before(async () => {
  project = await PostgresProject.create();
  serve = await project.serve();
});
after(() => project?.remove());

test('it names the next steps, and prints no key', () => {
  assert.match(serve.stdout, /ablo push/);
  assert.match(serve.stdout, /ablo keys create/);
  assert.doesNotMatch(serve.stdout, /sk_/);
});

test('nobody is let in without a key, not even this machine', async () => {
  const { code, said } = await project.ablo('push');
  assert.equal(code, 1);
  assert.match(said, /apikey_missing/);
});

test('a key is made, the schema is pushed, and it is unchanged the second time', async () => {
  await project.makeKey();
  assert.match((await project.ablo('push')).said, /Version 1 .* is in force now/);
  assert.match((await project.ablo('push')).said, /Version 1 .* is in force already/);
  assert.equal(await project.postgres.psql('select count(*) from tasks'), '0');
});

test('what a push does to a table that was there is said first, and not done by a dry run', async () => {
  const { postgres } = project;
  await postgres.psql('create table orders (organization_id text, id text, note text, primary key (organization_id, id))');
  await project.project.write('ablo/schema.ts', schemaWith('note').replace('tasks:', 'orders:'));
  const orders = /^  orders: \+ (column|restrictive policy|permissive policy|trigger|row level security|grant) ?.*$/gm;
  const planned = (await project.ablo('push', '--dry-run')).said;
  assert.match(planned, /^This would change, and was not done:/);
  const kinds = [...planned.matchAll(orders)].map(([, kind]) => kind);
  assert.deepEqual([...new Set(kinds)].sort(), [
    'column', 'grant', 'permissive policy', 'restrictive policy', 'row level security', 'trigger',
  ], planned);
  assert.match(planned, /^  tasks: - trigger ablo_update$/m, 'it is no longer watched');
  assert.equal(await postgres.psql(`select count(*) from pg_trigger where tgrelid = 'orders'::regclass`), '0');

  const { said } = await project.ablo('push');
  assert.deepEqual(said.match(orders), planned.match(orders));
  assert.match(said, /^Tables that are there are changed:[^]*Version 2 .* is in force now/);
  assert.match((await project.ablo('push', '--dry-run')).said, /^No table that is there is changed/);
});

test('a revoked key is refused', async () => {
  const { said } = await project.ablo('keys', 'list', '--json');
  const [first] = JSON.parse(said) as { id: string }[];
  assert.equal((await project.ablo('keys', 'revoke', first!.id)).code, 0);
  assert.match((await project.ablo('status')).said, /apikey_revoked/);
});

test('it stops when it is asked to', async () => {
  assert.equal(await serve.stop('SIGTERM'), 0);
});
