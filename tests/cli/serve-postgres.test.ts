// SPDX-License-Identifier: MIT
//
// ablo serve on an empty Postgres: from the first key to a schema in force, in the order the commands themselves name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { freePort } from '../support/free-port';
import { Project, schemaWith, type Run } from './support';

let postgres: PostgresCluster;
let project: Project;
let env: Record<string, string>;
let serve: Run;

before(async () => {
  postgres = await startPostgres();
  project = await Project.create({ 'ablo/schema.ts': schemaWith('note') });
  const port = await freePort();
  env = { DATABASE_URL: postgres.url, ABLO_URL: `http://127.0.0.1:${port}` };
  serve = project.ablo(['serve', '--host', '127.0.0.1', '--port', String(port)], env);
  await serve.says(/listens on/);
});
after(async () => {
  await project?.remove();
  await postgres?.stop();
});

async function ablo(...args: string[]): Promise<{ code: number | null; said: string }> {
  const run = project.ablo(args, env);
  return { code: await run.exit, said: run.stdout + run.stderr };
}

test('it names the next steps, and prints no key', () => {
  assert.match(serve.stdout, /ablo push/);
  assert.match(serve.stdout, /ablo keys create/);
  assert.doesNotMatch(serve.stdout, /sk_/);
});

test('nobody is let in without a key, not even this machine', async () => {
  const { code, said } = await ablo('push');
  assert.equal(code, 1);
  assert.match(said, /apikey_missing/);
});

test('a key is made, the schema is pushed, and it is unchanged the second time', async () => {
  const { said } = await ablo('keys', 'create', '--name', 'first', '--json');
  env['ABLO_API_KEY'] = (JSON.parse(said) as { token: string }).token;
  assert.match((await ablo('push')).said, /Version 1 .* is in force now/);
  assert.match((await ablo('push')).said, /Version 1 .* is in force already/);
  assert.equal(await postgres.psql('select count(*) from tasks'), '0');
});

test('a revoked key is refused', async () => {
  const { said } = await ablo('keys', 'list', '--json');
  const [first] = JSON.parse(said) as { id: string }[];
  assert.equal((await ablo('keys', 'revoke', first!.id)).code, 0);
  assert.match((await ablo('status')).said, /apikey_revoked/);
});

test('it stops when it is asked to', async () => {
  assert.equal(await serve.stop('SIGTERM'), 0);
});
