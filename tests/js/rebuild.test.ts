// SPDX-License-Identifier: MIT
//
// What survives: rows in a storage survive the client, and writes that have not settled survive a core that traps.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import Ablo, { type ImageStorage } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { ScriptedLine, turn } from '../support/scripted-socket';
import { until } from '../support/until';

const schema = defineSchema({ tasks: model({ id: z.string(), title: z.string() }) });
const actor = { kind: 'user', id: 'ada' };
const welcome = { type: 'welcome', organization: 'acme', actor, epoch: 'e', seq: 3, start: 'load' };
const loaded = { type: 'loaded', seq: 3, epoch: 'e', models: { tasks: [{ id: 't1', title: 'one' }] }, claims: [] };

function client(options: object = {}) {
  const line = new ScriptedLine();
  const said: unknown[] = [];
  const say = (...words: unknown[]) => void said.push(words);
  const logger = { debug() {}, info() {}, warn: say, error: say };
  const common = { schema, baseURL: 'http://127.0.0.1:9', authToken: 'test', bootstrap: 'full' } as const;
  const ablo = Ablo({ ...common, WebSocket: line.WebSocket, logger, defaultWait: 'confirmed', ...options });
  return { ablo, line, said };
}

async function greet(line: ScriptedLine) {
  await line.called();
  line.open();
  await turn();
  const hello = line.sent.findLast(({ type }) => type === 'hello')!;
  line.say(welcome);
  line.say(loaded);
  return hello;
}

/** A storage in memory, as an app would write one. */
function storage() {
  const parts = new Map<string, Uint8Array>();
  let manifest: string | undefined;
  return {
    parts,
    async load() {
      return manifest === undefined ? undefined : { manifest, parts: [...parts.values()] };
    },
    async save(next, changed) {
      manifest = next;
      for (const [place, bytes] of changed) bytes ? parts.set(place, bytes) : parts.delete(place);
    },
  } satisfies ImageStorage & { parts: Map<string, Uint8Array> };
}

/** What a client that had everything left behind. */
async function storedImage() {
  const persistence = storage();
  const first = client({ persistence });
  void first.ablo.ready();
  await greet(first.line);
  await first.ablo.ready();
  await first.ablo.dispose();
  await until('the image is stored', () => persistence.parts.size > 0);
  return persistence;
}

test('a client that begins with an image shows its rows before it is connected, and goes on from there', async () => {
  const persistence = await storedImage();

  const second = client({ persistence });
  second.ablo.tasks.get('t1');
  await second.line.called();
  assert.equal(second.ablo.tasks.get('t1')?.title, 'one');
  second.line.open();
  await turn();
  assert.equal(second.line.sent[0]!['cursor'], 3);
  await second.ablo.dispose();
});

test('a damaged image is left aside with a warning, and the rows come from the server', async () => {
  const persistence = await storedImage();
  for (const bytes of persistence.parts.values()) bytes[bytes.length - 1]! ^= 1;

  const second = client({ persistence });
  void second.ablo.ready();
  const hello = await greet(second.line);
  await second.ablo.ready();
  assert.equal(hello['cursor'], undefined);
  assert.equal((second.said[0] as { code?: string }[])[1]?.code, 'image_damaged');
  assert.equal(second.ablo.tasks.get('t1')?.title, 'one');
  await second.ablo.dispose();
});

/** From now on a core traps when `trap.next` says the name of the export that is called, or any is called for `true`. */
function trapping(t: TestContext) {
  const trap: { next: boolean | string } = { next: false };
  const instantiate = WebAssembly.instantiate;
  t.mock.method(WebAssembly, 'instantiate', async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
    const { exports } = await instantiate(module, imports);
    const watched = Object.entries(exports).map(([name, value]) => [
      name,
      typeof value !== 'function'
        ? value
        : (...args: unknown[]) => {
            if (trap.next !== true && trap.next !== name) return value(...args);
            trap.next = false;
            throw new WebAssembly.RuntimeError('unreachable');
          },
    ]);
    return { exports: Object.fromEntries(watched) as WebAssembly.Exports };
  });
  return trap;
}

/** A client that is up to date, and whose core can be made to trap. */
async function trappable(t: TestContext, options: object = {}) {
  const trap = trapping(t);
  const made = client(options);
  void made.ablo.ready();
  await greet(made.line);
  await made.ablo.ready();
  return { trap, ...made };
}

test('a core that traps is built again, and a write that has not settled goes out under its key', async (t) => {
  const { trap, ablo, line, said } = await trappable(t);
  const written = ablo.tasks.update('t1', { title: 'two' });
  await turn();
  const before = line.sent.findLast(({ type }) => type === 'commit')!;

  trap.next = true;
  line.say({ type: 'pong' });
  const hello = await greet(line);
  assert.equal(hello['session'], line.sent[0]!['session']);
  assert.equal((said[0] as { code?: string }[])[1]?.code, 'core_aborted');
  await turn();
  const after = line.sent.findLast(({ type }) => type === 'commit')!;
  assert.equal(after['key'], before['key']);
  assert.equal(ablo.tasks.get('t1')?.title, 'two');

  const change = { seq: 4, kind: 'row', model: 'tasks', id: 't1', op: 'update', row: { id: 't1', title: 'two' } };
  line.say({ type: 'receipt', key: after['key'], attempt: 1, status: 'confirmed', seq: 4 });
  line.say({ type: 'changes', from: 3, to: 4, changes: [{ ...change, key: after['key'], session: hello['session'] }] });
  assert.equal((await written).title, 'two');
  await ablo.dispose();
});

test('who held a row before a core was built again is not shown to hold it after that', async (t) => {
  const { trap, ablo, line } = await trappable(t);
  const claim = { id: 'c1', model: 'tasks', row: 't1', status: 'active', actor: { kind: 'user', id: 'bob' }, action: 'editing', fence: 1, expiresAt: 1 };
  line.say({ type: 'changes', from: 3, to: 4, changes: [{ seq: 4, kind: 'claim', op: 'grant', model: 'tasks', id: 't1', claim }] });
  assert.equal(ablo.tasks.claim.state({ id: 't1' })?.heldBy, 'bob');
  trap.next = true;
  line.say({ type: 'pong' });
  await greet(line);
  await turn();
  assert.equal(ablo.tasks.claim.state({ id: 't1' }), null);
  await ablo.dispose();
});

test('a core that traps while it is given a write again leaves the others to the next one', async (t) => {
  const { trap, ablo, line } = await trappable(t);
  const poison = assert.rejects(ablo.tasks.update('t1', { title: 'poison' }), { code: 'commit_no_result' });
  const other = ablo.tasks.update('t1', { title: 'other' });
  await turn();

  trap.next = true;
  line.say({ type: 'pong' });
  trap.next = 'ablo_commit';
  await poison;
  await greet(line);
  await turn();
  const said = line.sent.findLast(({ type }) => type === 'commit')!;
  assert.deepEqual((said['operations'] as { data: object }[])[0]!.data, { title: 'other' });
  const error = { code: 'permission_denied', message: 'No.' };
  line.say({ type: 'receipt', key: said['key'], attempt: 1, status: 'rejected', error });
  await assert.rejects(other, { code: 'permission_denied' });
  await ablo.dispose();
});

test('a core that traps over its image is built again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { trap, ablo, line, said } = await trappable(t, { persistence: storage() });
  trap.next = true;
  t.mock.timers.tick(1_000);
  t.mock.timers.reset();
  assert.equal((said[0] as { code?: string }[])[1]?.code, 'core_aborted');
  await greet(line);
  await ablo.ready();
  assert.equal(ablo.tasks.get('t1')?.title, 'one');
  await ablo.dispose();
});

test('what a storage did not take is brought to it with the next image', async () => {
  const persistence = storage();
  const save = persistence.save;
  const full = { ...persistence, save: () => Promise.reject(new Error('full')) };
  let taking: ImageStorage = full;
  const saving: ImageStorage['save'] = (manifest, parts) => taking.save(manifest, parts);
  const { ablo, line } = client({ persistence: { load: persistence.load, save: saving } });
  void ablo.ready();
  await greet(line);
  await ablo.ready();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  taking = { ...persistence, save };
  await ablo.dispose();
  await until('the image is stored', () => persistence.parts.size > 0);
});

async function claimed({ tasks }: ReturnType<typeof client>['ablo'], line: ScriptedLine) {
  const claiming = tasks.claim({ id: 't1' });
  await turn();
  const asked = line.sent.findLast(({ type }) => type === 'claim')!;
  const claim = { id: asked['claim'], model: 'tasks', row: 't1', status: 'active', fence: 7, readAt: 3, actor };
  line.say({ type: 'answer', request: asked['request'], claim });
  line.say({ type: 'changes', from: 3, to: 4, changes: [{ seq: 4, kind: 'claim', claim }] });
  return claiming;
}

test('a write under a claim that was on its way when the core trapped is not refused: its outcome is unknown', async (t) => {
  const { trap, ablo, line } = await trappable(t);
  await claimed(ablo, line);
  const written = ablo.tasks.update('t1', { title: 'two' });
  await turn();
  const sent = line.sent.filter(({ type }) => type === 'commit').length;

  trap.next = true;
  line.say({ type: 'pong' });
  await assert.rejects(written, { code: 'commit_no_result' });
  await greet(line);
  await turn();
  assert.equal(line.sent.filter(({ type }) => type === 'commit').length, sent); // nor is it written without its guard
  await ablo.dispose();
});

test('a core that traps again and again is the end: what it held is lost, and nothing tells what a snapshot has read', async (t) => {
  const { trap, ablo, line } = await trappable(t);
  for (let times = 0; times < 3; ++times) {
    trap.next = true;
    line.say({ type: 'pong' });
    await greet(line);
    await turn();
  }
  const claim = await claimed(ablo, line);
  const snap = ablo.snapshot({ tasks: 't1' });
  trap.next = true;
  line.say({ type: 'pong' });
  await turn();
  assert.equal(ablo.syncStatus.state, 'error');
  for (const { signal } of [claim, snap]) assert.equal((signal.reason as { code: string }).code, 'core_aborted');
  await ablo.dispose();
});
