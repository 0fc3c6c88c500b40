// SPDX-License-Identifier: MIT
//
// What the command line says before it does anything: help, and names nobody knows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Project } from './support';

let project: Project;
before(async () => (project = await Project.create()));
after(() => project?.remove());

async function outcome(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const run = project.ablo(args);
  return { code: await run.exit, stdout: run.stdout, stderr: run.stderr };
}

test('without a command it lists the commands', async () => {
  const { code, stdout } = await outcome();
  assert.equal(code, 0);
  for (const name of ['dev', 'serve', 'push', 'check', 'keys', 'status', 'logs']) assert.match(stdout, new RegExp(`\\b${name}\\b`));
});

for (const command of ['dev', 'serve', 'push', 'check', 'status', 'logs', 'keys', 'keys create', 'keys list', 'keys revoke']) {
  test(`ablo ${command} --help`, async () => {
    const { code, stdout } = await outcome(...command.split(' '), '--help');
    assert.equal(code, 0);
    assert.match(stdout, /USAGE/);
    assert.doesNotMatch(stdout, /\u001b/);
  });
}

test('an unknown command fails, and the nearest one is offered', async () => {
  const { code, stderr } = await outcome('pusj');
  assert.equal(code, 1);
  assert.match(stderr, /unknown_command/);
  assert.match(stderr, /Did you mean `push`/);
});

test('so does one within a command', async () => {
  const { code, stderr } = await outcome('keys', 'creat');
  assert.equal(code, 1);
  assert.match(stderr, /Did you mean `create`/);
});

test('an unknown option is refused and not ignored', async () => {
  const { code, stderr } = await outcome('dev', '--prot', '1');
  assert.equal(code, 1);
  assert.match(stderr, /invalid_arguments/);
  assert.match(stderr, /Did you mean --port/);
});

test('an argument that is missing is named', async () => {
  const { code, stderr } = await outcome('keys', 'revoke');
  assert.equal(code, 1);
  assert.match(stderr, /invalid_arguments\s+.*ID.*ablo keys revoke --help/);
});

test('a port that is no port is refused', async () => {
  const { code, stderr } = await outcome('dev', '--port', 'http');
  assert.equal(code, 1);
  assert.match(stderr, /invalid_arguments\s+--port/);
});

test('--json gives failures as JSON', async () => {
  const { code, stdout } = await outcome('status', '--json', '--url', 'http://127.0.0.1:9');
  assert.equal(code, 1);
  assert.equal((JSON.parse(stdout) as { code: string }).code, 'api_unreachable');
});

test('--version', async () => {
  assert.match((await outcome('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});
