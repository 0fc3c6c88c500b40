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

test('what a push would repair is said by a dry run, which repairs nothing', async () => {
  const { postgres } = project;
  await postgres.psql('drop trigger ablo_insert on orders; alter table orders disable row level security');
  const planned = (await project.ablo('push', '--dry-run')).said;
  assert.match(planned, /^  orders: \+ trigger ablo_insert$[^]*^  would be repaired: The trigger ablo_insert/m);
  assert.equal((await project.ablo('check')).code, 1);
  const { said } = await project.ablo('push');
  assert.match(said, /^Tables that are there are changed:\n  orders: \+ row level security\n[^]*in force already[^]*repaired: The trigger ablo_insert/);
});

test('a dry run names the indexes and lists of values that a push makes', async () => {
  const { postgres } = project;
  await postgres.psql(`insert into orders (organization_id, id, created_at, updated_at, note)
    select 'default', n::text, now(), now(), 'some' from generate_series(1, 1000) n`);
  await project.project.write('ablo/schema.ts', `import { defineSchema, field, model, z } from '@abloatai/ablo/schema';
    export const schema = defineSchema({ orders: model({ title: field.string().indexed(), note: z.enum(['some', 'none']) }) });
  `);
  const planned = (await project.ablo('push', '--dry-run')).said;
  const { said } = await project.ablo('push');
  const changes = (text: string) => text.match(/^  orders: .*$/gm);
  assert.match(planned, /^  orders: \+ constraint orders_note_enum CHECK [^\n]*\n  orders: \+ index public.orders_title_idx$/m);
  assert.deepEqual(changes(said), changes(planned));
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
