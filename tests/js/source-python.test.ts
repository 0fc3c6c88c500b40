// SPDX-License-Identifier: MIT
//
// The Python backend of the guide, its route as it stands there (tests/support/python-backend/app/ablo_source.py), in real
// FastAPI: what we sign it verifies, and what it answers is what we expect of a Data Source.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { signAbloSourceRequest, verifyAbloSourceRequest } from '@abloatai/ablo/source';
import { freePort } from '../support/free-port';
import { apiKey } from '../support/source';
import { until } from '../support/until';

const backend = fileURLToPath(new URL('../support/python-backend', import.meta.url));
let directory: string;
let python: ChildProcess;
let address: string;
let said = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ablo-python-'));
  const port = await freePort();
  address = `http://127.0.0.1:${port}/api/ablo/source`;
  const env = { ...process.env, ABLO_API_KEY: apiKey, TASKS_DATABASE: join(directory, 'tasks.db'), PYTHONDONTWRITEBYTECODE: '1' };
  python = spawn('/usr/bin/python3', ['-m', 'uvicorn', 'app.main:app', '--port', String(port)], { cwd: backend, env, stdio: ['ignore', 'ignore', 'pipe'] });
  python.stderr!.on('data', (text) => (said += text));
  process.once('exit', () => python.kill('SIGKILL'));
  await until('the backend answers', () => {
    assert.equal(python.exitCode, null, said);
    return fetch(address).catch(() => undefined);
  });
});
after(async () => {
  python?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function post(text: string, headers: Record<string, string>) {
  const response = await fetch(address, { method: 'POST', body: text, headers });
  return { status: response.status, body: (await response.json().catch(() => null)) as any };
}
async function ask(body: object, options: { apiKey?: string | string[]; timestamp?: number; sent?: string } = {}) {
  const { sent, ...rest } = options;
  const text = JSON.stringify(body);
  const { headers } = await signAbloSourceRequest({ apiKey, messageId: 'msg_1', body: text, ...rest });
  return post(sent ?? text, headers);
}
const load = { type: 'load', model: 'tasks', id: 't1' };

test('a commit goes through its own transaction, once, and the row is there to load and to list', async () => {
  const create = { type: 'commit', clientTxId: 'tx_1', operations: [{ type: 'CREATE', model: 'tasks', id: 't1', input: { title: 'Über', status: 'todo' } }] };
  const row = { id: 't1', title: 'Über', status: 'todo' };
  assert.deepEqual(await ask(create), { status: 200, body: { rows: [row] } });
  assert.deepEqual(await ask(create), { status: 200, body: { rows: [row] } });
  assert.deepEqual(await ask(load), { status: 200, body: { row } });
  assert.deepEqual(await ask({ type: 'list', model: 'tasks', query: { limit: 5 } }), { status: 200, body: { rows: [row] } });
  assert.deepEqual(await ask({ ...load, id: 'nobody' }), { status: 200, body: { row: null } });
});

test('while a key is rotated it finds the signature of its own', async () => {
  assert.equal((await ask(load, { apiKey: ['sk_live_next', apiKey] })).status, 200);
});

test('what was changed on the way, signed with another key, or long ago, is refused', async () => {
  const long = Math.floor(Date.now() / 1000) - 301;
  assert.equal((await ask(load, { sent: JSON.stringify({ ...load, id: 't2' }) })).status, 401);
  assert.equal((await ask(load, { apiKey: 'sk_other' })).status, 401);
  assert.equal((await ask(load, { timestamp: long })).status, 401);
  assert.equal((await post(JSON.stringify(load), {})).status, 401);
});

test('what it does not answer is a 400, as are events: it has none', async () => {
  assert.equal((await ask({ type: 'events' })).status, 400);
});

test('what Python signs the same way, our side verifies', async () => {
  const script = 'import base64, hashlib, hmac, sys; print(base64.b64encode(hmac.new(sys.argv[1].encode(), sys.argv[2].encode(), hashlib.sha256).digest()).decode())';
  const timestamp = String(Math.floor(Date.now() / 1000));
  const body = '{"é": 1}';
  const signer = spawn('/usr/bin/python3', ['-c', script, apiKey, `msg_2.${timestamp}.${body}`]);
  let signature = '';
  for await (const text of signer.stdout) signature += text;
  const headers = new Headers({ 'webhook-id': 'msg_2', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature.trim()}` });
  assert.equal((await verifyAbloSourceRequest({ request: { headers }, body, apiKey })).messageId, 'msg_2');
});
