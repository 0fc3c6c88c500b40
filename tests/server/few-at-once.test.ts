// SPDX-License-Identifier: MIT
//
// Twenty readers who came back at once took every connection of the pool, and commits waited seconds behind what they
// had missed (npm run soak, slow readers).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { FewAtOnce } from '../../server/src/postgres/few-at-once';

/** Work that goes on until it is told to end. */
function work(line: string[], name: string) {
  let end!: () => void;
  let fail!: () => void;
  const ended = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, () => reject(new Error(name))]));
  return { end: () => end(), fail: () => fail(), run: () => (line.push(name), ended) };
}

test('so many run at once, and the next begins when one ends, also when it fails', async () => {
  const line: string[] = [];
  const few = new FewAtOnce(2);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => work(line, name)) as [any, any, any, any];
  const all = [a, b, c, d].map((of) => few.run(0, of.run));
  await turn();
  assert.deepEqual(line, ['a', 'b']);
  a.fail();
  await assert.rejects(all[0]!, /a/);
  assert.deepEqual(line, ['a', 'b', 'c']);
  b.end();
  await all[1];
  assert.deepEqual(line, ['a', 'b', 'c', 'd']);
  c.end();
  d.end();
  await Promise.all(all.slice(1));
  const free = work(line, 'e');
  free.end();
  await few.run(0, free.run);
  assert.deepEqual(line.slice(-1), ['e']);
});

test('whoever has the least to do goes first, of equals the one that came first', async () => {
  const line: string[] = [];
  const few = new FewAtOnce(1);
  const first = work(line, 'first');
  const sizes = [['far', 9], ['near', 1], ['live', 0], ['near too', 1]] as const;
  const all = [few.run(5, first.run), ...sizes.map(([name, size]) => few.run(size, async () => void line.push(name)))];
  first.end();
  await Promise.all(all);
  assert.deepEqual(line, ['first', 'live', 'near', 'near too', 'far']);
});
