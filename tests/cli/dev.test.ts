// SPDX-License-Identifier: MIT
//
// ablo dev, as somebody who builds an app meets it.
import assert from 'node:assert/strict';
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { freePort, Project, schemaWith } from './support';

let project: Project;
let port: number;
beforeEach(async () => {
  project = await Project.create({ 'ablo/schema.ts': schemaWith('note') });
  port = await freePort();
});
afterEach(() => project?.remove());

function dev(...args: string[]) {
  return project.ablo(['dev', '--port', String(port), ...args]);
}

test('prints what an app needs, and pushes the schema at each change', async () => {
  const run = dev();
  const [, key] = await run.says(/ABLO_API_KEY=(sk_test_\w+)/);
  await run.says(/Schema version 1/);
  assert.match(run.stdout, new RegExp(`http://127.0.0.1:${port}`));
  assert.match(run.stdout, /power loss/);

  const status = project.ablo(['status', '--json'], { ABLO_URL: `http://127.0.0.1:${port}`, ABLO_API_KEY: key! });
  assert.equal(await status.exit, 0);
  const answer = JSON.parse(status.stdout) as { organizationId: string; schema: { version: number } };
  assert.equal(answer.organizationId, 'default');
  assert.equal(answer.schema.version, 1);

  await project.write('ablo/schema.ts', 'export const schema = oops');
  await run.says(/invalid_schema/);
  await project.write('ablo/schema.ts', schemaWith('remark'));
  await run.says(/Schema version 2/);

  const push = project.ablo(['push', '--json'], { ABLO_URL: `http://127.0.0.1:${port}`, ABLO_API_KEY: key! });
  assert.equal(await push.exit, 0);
  assert.equal((JSON.parse(push.stdout) as { unchanged: boolean }).unchanged, true);
});

test('has the same key and the same rows the next time', async () => {
  const first = dev();
  const [, key] = await first.says(/ABLO_API_KEY=(sk_test_\w+)/);
  await first.says(/Schema version 1/);
  assert.equal(await first.stop(), 0);
  assert.equal((await stat(join(project.directory, '.ablo/key'))).mode & 0o777, 0o600);
  assert.equal(await readFile(join(project.directory, '.ablo/.gitignore'), 'utf8'), '*\n');

  const second = dev();
  assert.equal((await second.says(/ABLO_API_KEY=(sk_test_\w+)/))[1], key);
  await second.says(/Schema version 1 is in force;/);
});

test('starts again after it was killed', async () => {
  const killed = dev();
  await killed.says(/Schema version 1/);
  await killed.stop('SIGKILL');
  await dev().says(/Schema version 1 is in force;/);
});

test('a second one on the same directory is told so', async () => {
  await dev().says(/Schema version 1/);
  const second = project.ablo(['dev', '--port', String(await freePort())]);
  assert.equal(await second.exit, 1);
  assert.match(second.stderr, /directory_locked/);

  const keys = project.ablo(['keys', 'create']);
  assert.equal(await keys.exit, 1);
  assert.match(keys.stderr, /directory_locked/);
});

test('a port in use is named, with the option that changes it', async () => {
  await dev().says(/Schema version 1/);
  const second = dev('--dir', '.other');
  assert.equal(await second.exit, 1);
  assert.match(second.stderr, new RegExp(`port_in_use\\s+.*${port}.*--port`));
  // It has given back what it took.
  const third = project.ablo(['dev', '--dir', '.other', '--port', String(await freePort())]);
  await third.says(/ABLO_API_KEY/);
});

test('without a schema it says where one belongs, and takes it when it is there', async () => {
  const bare = await Project.create();
  try {
    const run = bare.ablo(['dev', '--port', String(port)]);
    await run.says(/schema_not_found/);
    await bare.write('ablo/schema.ts', schemaWith('note'));
    await run.says(/Schema version 1/);
    assert.equal(await run.stop('SIGTERM'), 0);
    await assert.rejects(access(join(bare.directory, '.ablo/lock')));
  } finally {
    await bare.remove();
  }
});
