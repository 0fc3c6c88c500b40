// SPDX-License-Identifier: MIT
//
// A script that is done exits by itself; one that still waits for something does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

const opening = `
  import Ablo from '@abloatai/ablo';
  import { defineSchema, model, z } from '@abloatai/ablo/schema';
  const schema = defineSchema({ tasks: model({ title: z.string() }) });
  const ablo = Ablo({ schema, baseURL: 'http://127.0.0.1:9', apiKey: null, defaultWait: 'queued', logLevel: 'silent' });
`;

/** Runs it to its end, or till it has printed `waiting` and is still there half a second later. */
async function run(script: string): Promise<{ output: string; ended: boolean }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', opening + script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let ended = true;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (!output.includes('waiting')) return;
    setTimeout(() => {
      ended = child.exitCode !== null;
      child.kill();
    }, 500);
  });
  await new Promise((resolve) => child.once('close', resolve));
  return { output, ended };
}

test('a script that only made a client, or only read, exits', async () => {
  assert.deepEqual(await run(''), { output: '', ended: true });
  assert.deepEqual(await run('console.log(ablo.tasks.getAll().length);'), { output: '0\n', ended: true });
});

test('a script whose write has not settled stays, and one that disposed its client does not', async () => {
  const write = `await ablo.tasks.create({ title: 'a' });`;
  assert.equal((await run(`${write} console.log('waiting');`)).ended, false);
  assert.deepEqual(await run(`${write} await ablo.dispose(); console.log('done');`), { output: 'done\n', ended: true });
});

test('a script that listens stays until it stops listening', async () => {
  assert.equal((await run(`ablo.tasks.onChange(() => {}); console.log('waiting');`)).ended, false);
  const stopped = `const stop = ablo.tasks.onChange(() => {}); setTimeout(() => { stop(); console.log('done'); }, 100);`;
  assert.deepEqual(await run(stopped), { output: 'done\n', ended: true });
});
