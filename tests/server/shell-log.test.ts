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

test('a readable line shows what would command a terminal, and is one line whatever is in it', () => {
  const script = `
    import { createLogger } from './server/src/observe/log';
    const log = createLogger({ readable: true });
    log.info({ actor: 'eve\\x1b[2K\\r\\n\\x9b\\u202e', '\\x1b]0;key': { id: '\\u2028\\u2069' } }, 'came\\n12:00:00 info forged');
    log.error({ err: new Error('no\\n12:00:00 info forged \\x1b[1A') }, 'failed');`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines[0]!.slice(9), String.raw`info came\x0a12:00:00 info forged actor=eve\x1b[2K\x0d\x0a\x9b\u202e \x1b]0;key={"id":"\u2028\u2069"}`);
  assert.equal(lines[1]!.slice(9), 'error failed');
  assert.equal(lines[3], String.raw`  12:00:00 info forged \x1b[1A`);
  for (const line of lines.slice(2)) assert.match(line, /^  /);
});
