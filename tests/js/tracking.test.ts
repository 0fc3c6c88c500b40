// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Signals } from '../../js/src/tracking';

const unexpected = (thrown: unknown): unknown => assert.fail(String(thrown));
const signals = (failed = unexpected) => new Signals(failed);

test('a reader is out of date when something it read has changed, and only then', () => {
  const own = signals();
  const { dependencies } = own.track(() => own.read('a'));
  own.bump('b');
  assert.equal(own.changed(dependencies), false);
  own.bump('a');
  assert.equal(own.changed(dependencies), true);
});

test('what was forgotten meanwhile counts as changed', () => {
  const own = signals();
  const { dependencies } = own.track(() => own.read('a'));
  const version = own.version;
  own.subscribe('a', () => {})();
  assert.notEqual(own.version, version); // or a reader that remembers it would not look
  own.bump('a');
  own.track(() => own.read('a'));
  assert.equal(own.changed(dependencies), true);
});

test('readers of two clients do not mix, and one reader may stand inside another', () => {
  const [own, other] = [signals(), signals()];
  const outer = own.track(() => {
    own.read('a');
    other.read('x');
    const inner = own.track(() => own.read('b'));
    assert.deepEqual([...inner.dependencies.keys()], ['b']);
    own.read('c');
  });
  assert.deepEqual([...outer.dependencies.keys()], ['a', 'c']);
  assert.throws(() => own.track(() => assert.fail('in a reader')));
  own.read('d'); // nobody reads any more
  assert.equal(own.changed(new Map([['d', 0]])), true);
});

test('each listener runs once for many changes, and one that throws stops no other', () => {
  const thrown: unknown[] = [];
  const own = signals((error) => thrown.push(error));
  const seen: string[] = [];
  own.subscribe('a', () => {
    throw new Error('broken');
  });
  const listener = () => {
    seen.push('both');
  };
  own.subscribe('a', listener);
  own.subscribe('b', listener);
  own.bump('a');
  own.bump('b');
  assert.deepEqual(seen, []);
  own.wake();
  own.wake();
  assert.deepEqual([seen, thrown.length], [['both'], 1]);
});

test('a change made by a listener is told in the same run, after those that wait already', () => {
  const own = signals();
  const seen: string[] = [];
  own.subscribe('a', () => {
    seen.push('a');
    own.bump('b');
    own.wake();
  });
  own.subscribe('a', () => seen.push('a too'));
  own.subscribe('b', () => seen.push('b'));
  own.bump('a');
  own.wake();
  assert.deepEqual(seen, ['a', 'a too', 'b']);
});

test('a follower hears each other value, of whatever it reads now', () => {
  const own = signals();
  const values: Record<string, unknown> = { which: 'a', a: 1, b: 2 };
  const read = (key: string) => (own.read(key), values[key]);
  const set = (key: string, value: unknown) => {
    values[key] = value;
    own.bump(key);
    own.wake();
  };
  const told: unknown[] = [];
  const stop = own.follow(
    () => read(read('which') as string),
    (value) => told.push(value),
  );
  set('b', 3);
  set('a', 1);
  set('which', 'b');
  set('a', 9);
  set('b', 4);
  stop();
  set('b', 5);
  assert.deepEqual(told, [1, 3, 4]);
});

test('a follower that another listener of the same change stops hears nothing more', () => {
  const own = signals();
  const told: number[] = [];
  let value = 1;
  let stop = () => {};
  own.subscribe('a', () => stop());
  stop = own.follow(
    () => (own.read('a'), value),
    (seen) => told.push(seen),
  );
  for (value = 2; value < 5; value++) {
    own.bump('a');
    own.wake();
  }
  assert.deepEqual(told, [1]);
});

test('a follower that reads the same keys as before stays subscribed to them', () => {
  const own = signals();
  let value = 0;
  const told: number[] = [];
  const stop = own.follow(
    () => (own.read('a'), value),
    (seen) => told.push(seen),
  );
  const { version } = own;
  for (value = 1; value < 4; value++) {
    own.bump('a');
    own.wake();
  }
  assert.deepEqual(told, [0, 1, 2, 3]);
  assert.equal(own.version, version + 3); // nothing was forgotten and read anew
  stop();
  assert.equal(own.subscribed('a'), false);
});
