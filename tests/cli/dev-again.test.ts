// SPDX-License-Identifier: MIT
//
// ablo dev stopped, killed and started again on the same directory.
import assert from 'node:assert/strict';
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { freePort } from '../support/free-port';
import { Project, schemaWith, type Run } from './support';

let project: Project;
beforeEach(async () => (project = await Project.create()));
afterEach(() => project?.remove());

async function start(): Promise<[Run, string]> {
  const run = project.ablo(['dev', '--port', String(await freePort())]);
  return [run, (await run.says(/ABLO_API_KEY=(sk_test_\w+)/))[1]!];
}

test('the key and the schema are the same the next time, however it ended', async () => {
  await project.write('ablo/schema.ts', schemaWith('note'));
  const [first, key] = await start();
  await first.says(/Schema version 1 is in force now/);
  assert.equal(await first.stop(), 0);
  assert.equal((await stat(join(project.directory, '.ablo/key'))).mode & 0o777, 0o600);
  assert.equal(await readFile(join(project.directory, '.ablo/.gitignore'), 'utf8'), '*\n');
  await assert.rejects(access(join(project.directory, '.ablo/lock')));

  const [second, sameKey] = await start();
  assert.equal(sameKey, key);
  await second.says(/Schema version 1 is in force;/);
  await second.stop('SIGKILL');

  const [third, stillTheSame] = await start();
  assert.equal(stillTheSame, key);
  await third.says(/Schema version 1 is in force;/);
});

test('without a schema it says where one belongs, and takes it when it is there', async () => {
  const [run] = await start();
  await run.says(/schema_not_found\s+.*ablo\/schema\.ts/);
  await project.write('ablo/schema.ts', schemaWith('note'));
  await run.says(/Schema version 1/);
  assert.equal(await run.stop('SIGTERM'), 0);
});
