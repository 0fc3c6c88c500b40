// SPDX-License-Identifier: MIT
//
// ablo check: nothing to say about a healthy database, and one line about each thing that somebody took away from under
// it, which the next push puts back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Finding } from '@abloatai/ablo/server';
import { PostgresProject } from './support';

let project: PostgresProject;
before(async () => void (project = await PostgresProject.create()));
after(() => project?.remove());

async function findings(): Promise<{ code: number | null; what: string[]; found: Finding[] }> {
  const { code, said } = await project.ablo('check', '--json');
  const { findings } = JSON.parse(said) as { findings: Finding[] };
  return { code, what: findings.map(({ what }) => what), found: findings };
}

test('an empty database has nothing of Ablo, and is not touched', async () => {
  const { code, said } = await project.ablo('check');
  assert.equal(code, 1);
  assert.match(said, /✗ Nothing of Ablo is in this database\. → npx ablo serve/);
  assert.equal(await project.postgres.psql(`select count(*) from pg_namespace where nspname = 'ablo'`), '0');
});

test('a server without a schema says what is next', async () => {
  await project.serve();
  assert.match((await project.ablo('check')).said, /✗ No schema is in force here\. → npx ablo push/);
  await project.makeKey();
  assert.equal((await project.ablo('push')).code, 0);
});

test('a healthy database is said to be so', async () => {
  const { code, said } = await project.ablo('check');
  assert.match(said, /✓ Version 1 \w{16} has all it needs, the capture triggers too/);
  assert.equal(code, 0);
  assert.deepEqual((({ ok, findings, schema }) => ({ ok, findings, version: schema.version }))(
    JSON.parse((await project.ablo('check', '--json')).said) as { ok: boolean; findings: []; schema: { version: number } }),
    { ok: true, findings: [], version: 1 });
});

const weakened: Record<string, [sql: string, what: RegExp]> = {
  'a table': ['drop table tasks cascade', /^The table tasks is missing/],
  'a column': ['alter table tasks drop column note', /^The column note of public\.tasks is missing/],
  'row level security': ['alter table tasks disable row level security', /^Row level security of public\.tasks is off/],
  'FORCE': ['alter table tasks no force row level security', /^Row level security of public\.tasks is off, or not forced/],
  'the policy of tenants': ['drop policy tasks_tenant_isolation on tasks', /^The policy tasks_tenant_isolation of public\.tasks is missing/],
  'what that policy says': ['alter policy tasks_tenant_isolation on tasks using (true)', /^The policy .* of public\.tasks was changed/],
  'the policy of others': ['drop policy tasks_as_before on tasks', /^The policy tasks_as_before of public\.tasks is missing/],
  'that policy’s reach, beside one of the user': [
    'create policy own on tasks to pg_read_all_data using (false)', /^The policy tasks_as_before of public\.tasks lets in public/],
  'a trigger': ['drop trigger ablo_update on tasks', /^The trigger ablo_update of public\.tasks is missing/],
  'a trigger, by disabling it': ['alter table tasks disable trigger ablo_insert', /^The trigger ablo_insert of public\.tasks is disabled/],
  'all triggers': ['alter table tasks disable trigger all', /^The trigger ablo_delete of public\.tasks is disabled/],
  'a trigger’s function': [
    `create function nothing() returns trigger language plpgsql as 'begin return null; end';
     create or replace trigger ablo_truncate after truncate on tasks execute function nothing()`,
    /^The trigger ablo_truncate of public\.tasks is not ours/],
  'the table, by a migration that made it anew': [
    'create table fresh (like tasks including all); drop table tasks cascade; alter table fresh rename to tasks',
    /^The trigger ablo_insert of public\.tasks is missing/],
  'what a function does': [
    `create or replace function ablo.capture_tasks() returns trigger language plpgsql as 'begin return null; end'`,
    /^The function ablo\.capture_tasks\(\) was changed/],
  'that a function is defined by us': ['alter function ablo.flush_captured() security invoker', /^The function ablo\.flush_captured\(\) was changed/],
  'a function': ['drop function ablo.write_tasks', /^The function ablo\.write_tasks is missing/],
  'a grant': ['revoke update on tasks from ablo_app', /^ablo_app may not update public\.tasks/],
  'a grant of ours': ['revoke insert on ablo.log from ablo_app', /^ablo_app may not insert ablo\.log/],
  'the flush': ['alter table ablo.captured disable trigger flush', /^The trigger flush of ablo\.captured is disabled/],
  'the flush, altogether': ['drop trigger flush on ablo.captured', /^The trigger flush of ablo\.captured is missing/],
  'the log’s policy': ['drop policy tenant on ablo.log', /^The policy tenant of ablo\.log is missing/],
  'the log’s tenancy': ['create policy all_of_it on ablo.log using (true)', /^There is a policy all_of_it of ablo\.log/],
  'the role’s harmlessness': ['alter role ablo_app superuser', /^ablo_app is a superuser/],
  'the role’s obedience': ['alter role ablo_app bypassrls', /^ablo_app bypasses row level security/],
  'the role’s loneliness': ['grant pg_read_all_data to ablo_app', /^ablo_app is a member of pg_read_all_data/],
};

for (const [what, [sql, sentence]] of Object.entries(weakened))
  test(`somebody took away ${what}: it is named, and a push puts it back`, async () => {
    await project.postgres.psql(sql);
    const weak = await findings();
    assert.equal(weak.code, 1);
    assert.ok(weak.what.some((text) => sentence.test(text)), weak.what.join('\n'));
    const { code, said } = await project.ablo('push');
    assert.equal(code, 0, said);
    assert.match(said, /Version 1 .* is in force already/);
    assert.match(said, new RegExp(`repaired: ${sentence.source.slice(1)}`));
    assert.deepEqual((await findings()).what, []);
  });

test('what only people can change is named, with what to do', async () => {
  await project.postgres.psql(`alter table tasks alter column note type bytea using null; create role etl;
    alter role etl set session_replication_role = replica`);
  await project.postgres.psql('create table theirs (); alter table theirs owner to ablo_app');
  await project.postgres.psql('alter system set synchronous_commit = off');
  await project.postgres.psql('select pg_reload_conf()');
  try {
    const { what, found } = await findings();
    assert.deepEqual(what.sort(), [
      'The column note of public.tasks is bytea, and the schema wants text.',
      'The role etl works with session_replication_role = replica: its writes fire no trigger.',
      'ablo_app owns table public.theirs.',
      'synchronous_commit is off: what was confirmed is lost in a crash.',
    ]);
    assert.ok(found.every(({ next }) => next !== 'npx ablo push'));
  } finally {
    await project.postgres.psql('alter system reset synchronous_commit');
    await project.postgres.psql('select pg_reload_conf()');
  }
});

test('it says so when there is no database', async () => {
  const { DATABASE_URL: _, ...without } = project.env;
  const run = project.project.ablo(['check'], without);
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /database_unreachable/);
});
