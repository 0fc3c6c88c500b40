// SPDX-License-Identifier: MIT
//
// What survives: rows in a storage survive the client, and writes that have not settled survive a core that traps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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

test('a core that traps is built again, and a write that has not settled goes out under its key', async (t) => {
  let trap = false;
  const instantiate = WebAssembly.instantiate;
  t.mock.method(WebAssembly, 'instantiate', async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
    const { exports } = await instantiate(module, imports);
    const trapping = ([name, value]: [string, unknown]) => [
      name,
      typeof value !== 'function'
        ? value
        : (...args: unknown[]) => {
            if (trap) throw ((trap = false), new WebAssembly.RuntimeError('unreachable'));
            return value(...args);
          },
    ];
    return { exports: Object.fromEntries(Object.entries(exports).map((entry) => trapping(entry) as [string, unknown])) };
  });
  const { ablo, line, said } = client();
  void ablo.ready();
  await greet(line);
  await ablo.ready();
  const written = ablo.tasks.update('t1', { title: 'two' });
  await turn();
  const before = line.sent.findLast(({ type }) => type === 'commit')!;

  trap = true;
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
