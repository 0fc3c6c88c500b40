// SPDX-License-Identifier: MIT
//
// Whoever loads, listens, writes and leaves ten thousand times needs no more memory than after the first hundred. ABLO_ROUNDS says
// how many times. What the core itself has in use is counted by tests/core/heap_test.cpp.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { ScriptedLine, turn } from '../support/scripted-socket';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const rounds = Number(process.env['ABLO_ROUNDS'] ?? 10_000);
const schema = defineSchema({ tasks: model({ id: z.string(), title: z.string(), note: z.string() }) });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const actor = { kind: 'user', id: 'ada' };
const welcome = { type: 'welcome', organization: 'acme', actor, epoch: 'e', seq: 0, start: 'load' };
const note = 'what a person may have written here '.repeat(50);
const oneMemory = 16 << 20;
const rowsOf = (round: number) => [0, 1, 2].map((n) => ({ id: `${round}/${n}`, title: `${round}`, note }));

/** The memories of WebAssembly that are still in use. */
const memories = new Set<WeakRef<WebAssembly.Memory>>();
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
  const instance = await instantiate(module, imports);
  for (const part of Object.values(instance.exports))
    if (part instanceof WebAssembly.Memory) memories.add(new WeakRef(part));
  return instance;
}) as typeof WebAssembly.instantiate;

async function bytesInUse(): Promise<{ heap: number; wasm: number }> {
  for (let i = 0; i < 3; i++) {
    await turn();
    collectGarbage();
  }
  let wasm = 0;
  for (const memory of memories) {
    const used = memory.deref();
    if (used) wasm += used.buffer.byteLength;
    else memories.delete(memory);
  }
  return { heap: process.memoryUsage().heapUsed, wasm };
}

/** What so many rounds add, after a warm-up. */
async function growth(warmUp: number, count: number, play: (round: number) => Promise<void>) {
  const rounds = async (from: number, to: number) => {
    for (let round = from; round < to; round++) {
      await play(round);
      if (round % 50 === 0) mock.timers.tick(5_000);
    }
    mock.timers.tick(20_000);
    return bytesInUse();
  };
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  const before = await rounds(0, warmUp);
  const after = await rounds(warmUp, warmUp + count);
  mock.timers.reset();
  console.log(`# ${count} rounds: ${JSON.stringify({ before, after })}`);
  return { heap: after.heap - before.heap, wasm: after.wasm - before.wasm };
}

async function connected(bootstrap: 'full' | 'none', tasks: object[]) {
  const line = new ScriptedLine();
  const ablo = Ablo({ schema, apiKey: null, baseURL: 'http://127.0.0.1:9', bootstrap, logger: quiet, WebSocket: line.WebSocket });
  const ready = ablo.ready();
  await line.called();
  line.open();
  line.say(welcome);
  line.say({ type: 'loaded', seq: 0, epoch: 'e', models: { tasks }, claims: [] });
  await ready;
  return { ablo, line };
}

/** Listens, writes, hears of it, and leaves when the rows are gone. */
async function work({ ablo, line }: Awaited<ReturnType<typeof connected>>, round: number, seq: number): Promise<number> {
  const change = (op: string, id: string, more: object = {}) =>
    line.say({ type: 'changes', from: seq, to: ++seq, changes: [{ seq, kind: 'row', model: 'tasks', op, id, ...more }] });
  const query = { where: { title: `${round}` } };
  let told = 0;
  const stop = ablo.tasks.onChange(() => told++, query);
  assert.equal(ablo.tasks.getAll(query).length, 3);
  const id = `${round}/0`;
  const written = ablo.tasks.update(id, { note: 'done' }, { wait: 'confirmed' });
  await turn();
  const { key } = line.sent.find(({ type }) => type === 'commit')!;
  const { session } = line.sent.find(({ type }) => type === 'hello')!;
  line.say({ type: 'receipt', key, attempt: 1, status: 'confirmed', seq: seq + 1 });
  change('update', id, { key, session, row: { id, title: `${round}`, note: 'done' } });
  assert.equal((await written).note, 'done');
  for (const row of rowsOf(round)) change('delete', row.id);
  await turn();
  assert.equal(ablo.tasks.getAll(query).length, 0);
  assert.ok(told > 1);
  stop();
  line.sent.splice(1);
  return seq;
}

test('an agent that lives long needs no more memory for each task it is done with', async () => {
  const agent = await connected('none', []);
  let seq = 0;
  const { heap, wasm } = await growth(600, rounds, async (round) => {
    const loaded = agent.ablo.tasks.load({ where: { title: `${round}` } });
    await turn();
    const { request } = agent.line.sent.find(({ type }) => type === 'query')!;
    agent.line.say({ type: 'answer', request, seq, rows: rowsOf(round) });
    await loaded;
    seq = await work(agent, round, seq);
  });
  await agent.ablo.dispose();
  assert.equal(wasm, 0);
  assert.ok(heap < 1_000_000, `${heap} bytes more`);
});

test('a client that is disposed leaves nothing', async () => {
  const { heap, wasm } = await growth(50, rounds / 40, async (round) => {
    const page = await connected('full', rowsOf(round));
    await work(page, round, 0);
    await page.ablo.dispose();
  });
  assert.ok(wasm <= oneMemory, `${wasm} bytes more`); // the last one may wait to be collected
  assert.ok(heap < 1_000_000, `${heap} bytes more`);
});
