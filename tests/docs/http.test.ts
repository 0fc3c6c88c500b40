// SPDX-License-Identifier: MIT
//
// The reference of claims over HTTP: its commands, run as they stand there.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer } from '@abloatai/ablo/testing';
import { root } from './page';

const skip = spawnSync('curl', ['--version']).status !== 0;

test('the commands claim a row, keep it and give it back', { skip }, async () => {
  const schema = defineSchema({ tasks: model({ title: z.string() }) });
  await using server = await testServer({ schema });
  const ablo = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey });
  const { id } = await ablo.tasks.create({ title: 'Call the printer' }, { wait: 'confirmed' });
  await ablo.dispose();

  const page = await readFile(join(root, 'docs/reference/http.md'), 'utf8');
  const [, commands] = /```bash\n([\s\S]*?)```/.exec(page)!;
  const env = { ...process.env, ABLO_URL: server.url, ABLO_API_KEY: server.apiKey, ROW: id };
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands!], { env });
  const answers = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(answers.map((answer) => answer.status ?? answer.released), ['active', 'active', 'held', true]);
});
