// SPDX-License-Identifier: MIT
//
// The store's bench is only worth something if what it times gives right answers, if its last line says what was
// measured, and if it leaves nothing behind.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { figures, judge, ratio } from '../../bench/store/figures.mjs';
import { runInNode } from '../../bench/store/in-node.mjs';
import { measureMemory } from '../../bench/store/measure-memory.mjs';
import { measureTime } from '../../bench/store/measure-time.mjs';
import { readOptions, runsOf } from '../../bench/store/options.mjs';
import { compare } from '../../bench/store/table.mjs';

const bench = (args, mark) =>
  spawn(process.execPath, ['--import', 'tsx', 'bench/store/run.mjs', ...args], {
    env: { ...process.env, BENCH_TEST: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const ended = (child) => new Promise((resolve) => child.on('close', resolve));

for (const library of ['ablo', 'floor'])
  test(`${library} gives the right answer to everything that is timed`, async () => {
    const plan = { module: `./${library}.mjs`, size: 600, budget: 30 };
    const measured = { ...(await runInNode({ ...plan, what: 'time' })) };
    const { restore_ms, ...timed } = figures; // nobody has an image yet
    for (const name of Object.keys(timed).filter((name) => !name.startsWith('bytes_')))
      assert.equal(typeof measured[name], 'number', name);
    assert.deepEqual(
      Object.keys(measured).filter((name) => /wrong|error|unfinished/.test(name)),
      [],
    );
    assert.equal(measured.same_object, true);
  });

test('a store that did not take the rows is measured no further', async () => {
  const store = { load() {}, get: () => undefined };
  const emitted = [];
  const context = { size: 10, budget: 1, emit: (name) => emitted.push(name), settle() {}, bytes: () => 0 };
  for (const measure of [measureTime, measureMemory])
    await assert.rejects(measure({ create: () => store, meta: {} }, context), /After loading 10 rows .* is not there/);
  assert.deepEqual(emitted, []);
});

test('a figure holds when every bound was measured and kept, and a wrong answer is kept by none', () => {
  const good = Object.fromEntries(Object.entries(figures).map(([name, { bound }]) => [name, bound ?? 1]));
  assert.equal(judge({ 100000: [good] }).holds, true);
  assert.equal(judge({ 100000: [{ ...good, load_ms: 61 }] }).holds, false);
  assert.equal(judge({ 100000: [{ ...good, load_ms: undefined }] }).holds, false);
  assert.equal(judge({ 100000: [{ ...good, wrong_count: '1 is 2' }] }).holds, false);
  assert.equal(judge({ 100000: [{ ...good, same_object: false }] }).holds, false);
  assert.equal(judge({ 100000: [good], 1000000: [good] }).bounds.restore_ms_1m, 150);
  assert.equal(judge({}).holds, false);
  assert.equal(judge({ 100000: [{ ...good, load_ms: 90 }, good, { ...good, load_ms: 50 }] }).values.load_ms, 60);
});

test('ours is compared with the others pass by pass, because the machine is not always the same', () => {
  const [ours, floor] = [
    [{ load_ms: 10 }, { load_ms: 100 }, { load_ms: 20 }],
    [{ load_ms: 5 }, { load_ms: 50 }, {}],
  ];
  assert.equal(ratio(ours, floor, 'load_ms'), 2);
});

test('a peer that opened fewer queries than the others is not called the best at 200', () => {
  const runs = { ablo: [{}], zero: [{ bulk_1000_200q_ms: 90 }], mobx: [{ bulk_1000_200q_ms: 9, opened_in_20_s: 30 }] };
  assert.match(compare('rows', runs), /200 queries notified, ms .* 90 +zero\n/);
});

test('passes go over everybody; peers run in Node at 100,000 rows, most of them once', () => {
  const runs = runsOf(readOptions(['--only', 'ablo,floor,zero,mobx'])).filter(({ what }) => what === 'time');
  const of = (library) => runs.filter((run) => run.library === library);
  assert.deepEqual([of('ablo').length, of('zero').length, of('mobx').length], [3 * 2 * 3, 3, 1]);
  assert.deepEqual([...new Set(of('zero').map(({ place, size }) => `${place} ${size}`))], ['node 100000']);
  assert.ok(readOptions(['--quick']).libraries.every((library) => ['ablo', 'floor'].includes(library)));
  assert.throws(() => readOptions(['--only', 'nobody']), /There is no 'nobody'/);
  assert.throws(() => readOptions(['--sizes', 'many']), /whole numbers/);
});

test('the last line is the figure, and the exit says whether it holds', async () => {
  const child = bench(['--only', 'floor', '--sizes', '300', '--passes', '1', '--places', 'node'], '');
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  assert.equal(await ended(child), 1);
  const { figure, holds } = JSON.parse(out.trim().split('\n').at(-1));
  assert.deepEqual([figure, holds], ['store', false]); // nothing of ours was measured
  assert.match(out, /load the workspace, ms +–/);
});

test('Ctrl-C ends the browser and every run', async () => {
  const mark = `bench-${process.pid}-${Date.now()}`;
  const child = bench(['--only', 'ablo,floor', '--sizes', '20000', '--passes', '1'], mark);
  let said = '';
  await new Promise((resolve) => child.stderr.on('data', (data) => /pass 1/.test((said += data)) && resolve()));
  assert.ok(running(mark).length > 2, 'a browser and a run');
  child.kill('SIGINT');
  assert.equal(await ended(child), 130);
  for (let i = 0; i < 50 && running(mark).length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(running(mark), []);
});

/** Processes with the mark in their environment. */
function running(mark) {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false; // it has ended
    }
  });
}
