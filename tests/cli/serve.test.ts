// SPDX-License-Identifier: MIT
//
// ablo serve, when its database is not what it should be.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort } from '../support/free-port';
import { Project } from './support';

let project: Project;
before(async () => (project = await Project.create()));
after(() => project?.remove());

test('without DATABASE_URL it says what to set', async () => {
  const run = project.ablo(['serve']);
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /database_unreachable\s+.*DATABASE_URL/);
});

test('with a DATABASE_URL that is none it says what one looks like', async () => {
  const run = project.ablo(['serve', '--port', '0'], { DATABASE_URL: 'notaurl' });
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /database_unreachable\s+.*DATABASE_URL looks like postgres:/);
});

test('with a database that does not answer it says so, and the password is not shown', async () => {
  const url = `postgres://ablo:hunter2@127.0.0.1:${await freePort()}/app`;
  const run = project.ablo(['serve', '--port', '0'], { DATABASE_URL: url });
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /database_unreachable/);
  assert.doesNotMatch(run.stdout + run.stderr, /hunter2/);
});

test('push and status without a server name the next step', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const run = project.ablo(['status', '--url', url]);
  assert.equal(await run.exit, 1);
  assert.match(run.stderr, /api_unreachable\s+.*ablo dev/);
});
