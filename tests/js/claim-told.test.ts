// SPDX-License-Identifier: MIT
//
// What a client that waits for a row goes by: what this connection has told it of claims, and not what it knew before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { ScriptedLine, turn } from '../support/scripted-socket';

const schema = defineSchema({ tasks: model({ title: z.string() }) });
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const id = uuid(0);
const bot = { kind: 'agent', id: 'bot' };
const held = { id: uuid(99), model: 'tasks', row: id, status: 'active', actor: bot, session: 's2', action: 'editing', ticket: 1, fence: 1, readAt: 3, expiresAt: 4e12 };
const welcome = (start: 'load' | 'resume', seq = 3) => ({ type: 'welcome', organization: 'acme', actor: { kind: 'user', id: 'ada' }, epoch: 'e', seq, start });
const loaded = (claims: object[], rows = 1, seq = 3) => ({ type: 'loaded', seq, epoch: 'e', models: { tasks: Array.from({ length: rows }, (_, n) => ({ id: uuid(n), title: 'one' })) }, claims });

/** A client whose server is the test, and what it has logged. */
async function client(frames: object[], options: object = {}) {
  const line = new ScriptedLine();
  const said: unknown[] = [];
  const say = (...words: unknown[]) => void said.push(words);
  const logger = { debug() {}, info() {}, warn: say, error: say };
  const ablo = Ablo({ schema, baseURL: 'http://127.0.0.1:9', authToken: 'test', bootstrap: 'full', WebSocket: line.WebSocket, logger, ...options });
  if (frames.length > 0) await greet(ablo, line, frames);
  return { ablo, line, said };
}

async function greet(ablo: { ready(): Promise<unknown> }, line: ScriptedLine, frames: object[]) {
  const ready = ablo.ready();
  await line.called();
  line.open();
  await turn();
  for (const frame of frames) line.say(frame);
  await ready;
}

test('a read of all that a client may hold says what it does with rows that are held', async () => {
  const { ablo } = await client([welcome('load'), loaded([], 20_000)]);
  assert.equal((await ablo.tasks.load({ ifClaimed: 'wait' })).length, 20_000);
  assert.equal((await ablo.tasks.load({ ifClaimed: 'fail' })).length, 20_000);
  await ablo.dispose();
});

test('what was stored on the last page is not what is held now', async () => {
  const parts = new Map<string, Uint8Array>();
  let manifest: string | undefined;
  const persistence = {
    load: async () => (manifest === undefined ? undefined : { manifest, parts: [...parts.values()] }),
    save: async (next: string, changed: ReadonlyMap<string, Uint8Array | undefined>) => {
      manifest = next;
      for (const [place, bytes] of changed) bytes ? parts.set(place, bytes) : parts.delete(place);
    },
  };
  const before = await client([welcome('load'), loaded([])], { persistence });
  await before.ablo.dispose();
  const { ablo, line } = await client([], { persistence });
  const ended: string[] = [];
  const waits = [
    ablo.intents.waitFor({ model: 'tasks', id }).then(() => ended.push('free')),
    ablo.tasks.retrieve({ id, ifClaimed: 'fail' }).catch(({ code }) => ended.push(code)),
  ];
  await line.called();
  line.open();
  await turn();
  line.say(welcome('resume', 4));
  await turn();
  assert.deepEqual(ended, []);
  line.say({ type: 'changes', from: 3, to: 4, changes: [{ seq: 4, kind: 'claim', op: 'grant', model: 'tasks', id, claim: held }] });
  await waits[1];
  assert.deepEqual(ended, ['entity_claimed']);
  line.say({ type: 'changes', from: 4, to: 5, changes: [{ seq: 5, kind: 'claim', op: 'release', model: 'tasks', id, claim: { ...held, status: 'released' } }] });
  await waits[0];
  await ablo.dispose();
});

test('who would not wait is told while everything is loaded anew, and by whom it is held', async () => {
  const { ablo, line } = await client([welcome('load'), loaded([held])]);
  line.say({ type: 'changes', from: 3, to: 4, changes: [{ seq: 4, kind: 'resync', model: 'tasks', id: '' }] });
  await turn();
  const refused = assert.rejects(ablo.tasks.retrieve({ id, ifClaimed: 'fail' }), (thrown: Error & { code: string; claims: unknown[] }) => {
    assert.equal(thrown.code, 'entity_claimed');
    assert.match(thrown.message, /^Somebody else holds this row\./);
    assert.equal(thrown.claims.length, 1);
    return true;
  });
  line.say(welcome('load', 4));
  line.say(loaded([held], 1, 4));
  await refused;
  await ablo.dispose();
});

test('nobody is said to hold a row when the server was never reached', async () => {
  const { ablo } = await client([]);
  await assert.rejects(ablo.intents.waitFor({ model: 'tasks', id }, { timeout: '300ms' }), { code: 'api_unreachable' });
  await ablo.dispose();
});

test('what cannot be asked is refused by name, and by nothing else', async () => {
  const { ablo, said } = await client([]);
  await assert.rejects(ablo.tasks.claim({ id: '', onStatus() {} }), { code: 'invalid_id' });
  await assert.rejects(ablo.intents.waitFor({ model: 'tasks', id, field: 'titel' }), { code: 'unknown_field' });
  await assert.rejects(ablo.intents.create(null as never), { code: 'unknown_model' });
  await assert.rejects(ablo.tasks.claim.reorder(undefined as never), { code: 'invalid_id' });
  const leaving = new AbortController();
  const anything = ablo.intents.waitFor(undefined, { signal: leaving.signal });
  leaving.abort(new Error('enough'));
  await assert.rejects(anything, { message: 'enough' });
  assert.deepEqual(said, []);
  await ablo.dispose();
});
