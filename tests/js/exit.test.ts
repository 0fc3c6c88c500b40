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

/** What the script printed, and whether it had ended by itself before it was stopped. */
async function run(script: string, patience: number): Promise<{ output: string; ended: boolean }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', opening + script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let ended = true;
  const timer = setTimeout(() => {
    ended = false;
    child.kill();
  }, patience);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return { output, ended };
}

test('a script that only made a client, or only read, exits', async () => {
  const [made, read] = await Promise.all([run('', 20_000), run('console.log(ablo.tasks.getAll().length);', 20_000)]);
  assert.deepEqual(made, { output: '', ended: true });
  assert.deepEqual(read, { output: '0\n', ended: true });
});

test('a script whose write has not settled stays, and one that disposed its client does not', async () => {
  const [open, over] = await Promise.all([
    run(`await ablo.tasks.create({ title: 'a' }); console.log('written');`, 1_500),
    run(`await ablo.tasks.create({ title: 'a' }); await ablo.dispose(); console.log('done');`, 20_000),
  ]);
  assert.deepEqual(open, { output: 'written\n', ended: false });
  assert.deepEqual(over, { output: 'done\n', ended: true });
});

test('a script that listens stays until it stops listening', async () => {
  const [listens, stopped] = await Promise.all([
    run(`ablo.tasks.onChange(() => {});`, 1_500),
    run(`const stop = ablo.tasks.onChange(() => {}); setTimeout(stop, 100);`, 20_000),
  ]);
  assert.deepEqual([listens.ended, stopped.ended], [false, true]);
});
