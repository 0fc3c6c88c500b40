// SPDX-License-Identifier: MIT
//
// ablo dev while it runs, as somebody who builds an app meets it.
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port';
import { Project, schemaWith, type Run } from './support';

let project: Project;
let port: number;
let dev: Run;
let env: Record<string, string>;
before(async () => {
  project = await Project.create({ 'ablo/schema.ts': schemaWith('note') });
  port = await freePort();
  dev = project.ablo(['dev', '--port', String(port)]);
  const [, key] = await dev.says(/ABLO_API_KEY=(sk_test_\w+)/);
  env = { ABLO_URL: `http://127.0.0.1:${port}`, ABLO_API_KEY: key! };
  await dev.says(/Schema version 1/);
});
after(() => project?.remove());

async function json<T>(...args: string[]): Promise<T> {
  const run = project.ablo([...args, '--json'], env);
  await run.exit;
  return JSON.parse(run.stdout) as T;
}

test('it says where it is, where the rows are, and how safe they are there', () => {
  assert.match(dev.stdout, new RegExp(`http://127.0.0.1:${port}`));
  assert.match(dev.stdout, /\.ablo/);
  assert.match(dev.stdout, /survives a kill.* not a power loss/);
});

test('it prints what an app on another port than the usual needs to find it', () => {
  assert.match(dev.stdout, new RegExp(`^ *ABLO_URL=http://127.0.0.1:${port}$`, 'm'));
});

test('a directory that cannot be used is named, with the option that changes it', async () => {
  for (const dir of ['ablo/schema.ts', '/dev/null/rows']) {
    const run = project.ablo(['dev', '--dir', dir, '--port', '0']);
    assert.equal(await run.exit, 1);
    assert.match(run.stderr, new RegExp(`database_unreachable\\s+.*${dir}.*--dir`));
    assert.doesNotMatch(run.stderr, /^ +at /m);
  }
});

test('an address of another machine is named, with the option that changes it', async () => {
  const run = project.ablo(['dev', '--dir', '.other', '--host', '203.0.113.1', '--port', '0']);
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /invalid_arguments\s+203\.0\.113\.1.*--host/);
  await assert.rejects(access(join(project.directory, '.other')), 'no database was made');
});

test('status shows the organization and the schema, with the key and without', async () => {
  const known = await json<{ organizationId: string; schema: { version: number }; credential: string }>('status');
  assert.equal(known.organizationId, 'default');
  assert.equal(known.schema.version, 1);
  assert.equal(known.credential, 'sk');
  const guest = project.ablo(['status'], { ABLO_URL: env['ABLO_URL']! });
  assert.equal(await guest.exit, 0);
  assert.match(guest.stdout, /guest-\w{4}, without a key/);
});

test('the settings of a command may stand in .env.local', async () => {
  await project.write('.env.local', `ABLO_URL=${env['ABLO_URL']}\nABLO_API_KEY=${env['ABLO_API_KEY']}\n`);
  const run = project.ablo(['status', '--json']);
  assert.equal(await run.exit, 0);
  assert.equal((JSON.parse(run.stdout) as { credential: string }).credential, 'sk');
});

test('a change to the schema is pushed; a broken one is named, and does not end the watch', async () => {
  await project.write('ablo/schema.ts', 'export const schema = oops');
  await dev.says(/invalid_schema/);
  await project.write('ablo/schema.ts', schemaWith('remark'));
  await dev.says(/Schema version 2/);
  assert.equal((await json<{ unchanged: boolean }>('push')).unchanged, true);
});

test('a second one on the same directory is told so, and so is a command that needs the database', async () => {
  const second = project.ablo(['dev', '--port', String(await freePort())]);
  assert.equal(await second.exit, 1);
  assert.match(second.stderr, /directory_locked\s+.*--dir/);

  const keys = project.ablo(['keys', 'create']);
  assert.equal(await keys.exit, 1);
  assert.match(keys.stderr, /directory_locked/);
});

test('a port in use is named, with the option that changes it, and nothing is left locked', async () => {
  const second = project.ablo(['dev', '--dir', '.other', '--port', String(port)]);
  assert.equal(await second.exit, 1);
  assert.match(second.stderr, new RegExp(`port_in_use\\s+.*${port}.*--port`));
  await assert.rejects(access(join(project.directory, '.other')), 'no database was made');
});
