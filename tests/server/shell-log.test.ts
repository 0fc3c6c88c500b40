// SPDX-License-Identifier: MIT
//
// The log tells what happened and never a secret, wherever in a line it hides.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { redact } from '../../server/src/observe/redact';

const key = 'sk_live_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8';
const url = 'postgres://ablo:hunter2@db.example:5432/app?sslmode=require';

test('a key keeps only what tells it apart', () => {
  assert.equal(redact(`token ${key}.`), 'token sk_live_a1B2….');
});

for (const readable of [false, true]) {
  test(`no slot of a ${readable ? 'readable' : 'JSON'} line lets a secret through`, () => {
    const script = `
      import { createLogger } from './server/src/observe/log';
      const log = createLogger({ readable: ${readable} });
      log.info({ url: '${url}', headers: { authorization: 'Bearer ${key}' }, deep: ['${key}'] }, 'with ${key}');
      log.error({ err: Object.assign(new Error('no way to ${url}'), { detail: 'hunter2' }) }, 'failed');
      log.warn('GET /x?token=${key}');`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(stdout, '');
    assert.match(stderr, /with sk_live_a1B2…/);
    assert.equal(stderr.split('hunter2').length, 1);
    assert.equal(stderr.includes(key), false);
    assert.equal(stderr.includes(key.slice(12)), false);
    if (!readable) for (const line of stderr.trim().split('\n')) JSON.parse(line);
  });
}
