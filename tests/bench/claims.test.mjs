// SPDX-License-Identifier: MIT
//
// The bench of claims is only worth something if its checkers find what they are for. And a short run of it is a test of
// claims and guards themselves.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { checkBookings } from '../../bench/claims/check-bookings.mjs';
import { checkCounter } from '../../bench/claims/check-counter.mjs';
import { checkLines } from '../../bench/claims/check-lines.mjs';

const agent = (id) => ({ kind: 'agent', id });

/** A log of one row: `[op, who, claim, more]` are entries of claims, `['write', who, title]` of the row. A ms each. */
function history(...steps) {
  let fence = 0;
  return steps.map(([op, who, what, { at, fields, ...more } = {}], n) => {
    const entry = { seq: n + 1, tx: `${n}`, at: at ?? n, model: 'tasks', id: 't1', actor: agent(who), ...more };
    if (op === 'write') return { ...entry, kind: 'row', op: 'update', before: {}, after: { title: what }, fields: ['title'] };
    return { ...entry, kind: 'claim', op, after: { id: what, actor: agent(who), fields, ...(op === 'grant' && { fence: more.fence ?? ++fence }) } };
  });
}
const kForever = { get: () => Infinity };
const found = (steps, expiry = kForever) =>
  Object.entries(checkLines(history(...steps), expiry).wrong).flatMap(([kind, wrong]) => wrong.map(() => kind));

const grant = ['grant', 'ann', 'a'];
const queue = (who, claim) => ['queue', who, claim];

test('a line that was kept is found to be', () => {
  const steps = [grant, queue('ben', 'b'), queue('cleo', 'c'), ['write', 'ann', 'under a'], ['release', 'ann', 'a'],
    ['grant', 'ben', 'b'], ['move', 'cleo', 'c'], ['expire', 'ben', 'b'], ['grant', 'cleo', 'c'], ['release', 'cleo', 'c']];
  assert.deepEqual(found(steps), []);
  const { fates, left, writes } = checkLines(history(...steps), kForever);
  assert.deepEqual([fates.grant, fates.queue, fates.expire, left.length, writes], [3, 2, 1, 0, 1]);
});

test('two who hold the same, and a write of what another holds, are found', () => {
  assert.deepEqual(found([grant, ['grant', 'ben', 'b']]), ['exclusion']);
  assert.deepEqual(found([grant, ['write', 'ben', 'free 1']]), ['exclusion']);
  const bySql = { actor: { kind: 'system', id: 'external' } };
  assert.deepEqual(found([grant, ['write', 'nobody', 'foreign', bySql]]), []);
  assert.deepEqual(found([['grant', 'ann', 'a', { fields: ['title'] }], ['grant', 'ben', 'b', { fields: ['notes'] }]]), []);
  assert.deepEqual(found([['grant', 'ann', 'a', { fields: ['notes'] }], ['write', 'ben', 'free 1']]), []);
  assert.deepEqual(found([grant, ['write', 'ben', 'free 1', { at: 9 }]], new Map([['a', 5]])), []);
});

test('a grant that passes an older claim is found, unless its owner holds the row anyway', () => {
  const waiting = [grant, queue('ben', 'b'), queue('cleo', 'c'), ['release', 'ann', 'a']];
  assert.deepEqual(found([...waiting, ['grant', 'cleo', 'c']]), ['inversion']);
  assert.deepEqual(found([...waiting, ['grant', 'dan', 'd']]), ['inversion', 'inversion']);
  assert.deepEqual(found([grant, queue('ben', 'b'), ['grant', 'ann', 'a2']]), []);
});

test('a write under a claim that is over is found, in the log and by the time', () => {
  assert.deepEqual(found([grant, ['release', 'ann', 'a'], ['write', 'ann', 'under a']]), ['stale']);
  const late = [grant, ['queue', 'ben', 'b', { at: 7 }], ['write', 'ann', 'under a', { at: 9 }]];
  assert.deepEqual(found(late, new Map([['a', 5]])), ['stale']);
  assert.deepEqual(found(late, new Map([['a', 8]])), []); // it looked in time, and nobody came in between
});

test('a fence that falls, and entries that cannot follow one another, are found', () => {
  const again = [['grant', 'ann', 'a', { fence: 5 }], ['release', 'ann', 'a'], ['grant', 'ben', 'b', { fence: 5 }]];
  assert.deepEqual(found(again), ['fence']);
  assert.deepEqual(found([grant, ['release', 'ann', 'a'], ['release', 'ann', 'a']]), ['order']);
  assert.deepEqual(found([grant, ['release', 'ann', 'a', { seq: 3 }]]), ['order']);
});

test('an increment that was lost is found', () => {
  const entry = (seq, before, n) => ({ seq, kind: 'row', model: 'counters', id: 'c1', op: 'update', before: { n: before }, after: { n } });
  assert.deepEqual(checkCounter([entry(1, 0, 1), entry(2, 1, 2)], 'c1'), { n: 2, increments: 2, lost: [] });
  assert.equal(checkCounter([entry(1, 0, 1), entry(2, 0, 1)], 'c1').lost.length, 1);
});

test('a booking whose reason had fallen is found', () => {
  const row = (seq, op, id, before, after) => ({ seq, kind: 'row', model: 'tasks', op, id, before, after });
  const task = (title, status, seenAt) => ({ title, ownerId: 'ann', status, seenAt });
  const booked = (seq, seenAt) => row(seq, 'create', `b${seq}`, null, task('booked', 'open', seenAt));
  const foreign = row(1, 'create', 'f', null, task('foreign', 'open'));
  const closed = row(2, 'update', 'f', { status: 'open' }, task('foreign', 'done'));
  const kinds = (...entries) => Object.entries(checkBookings(entries).wrong).flatMap(([kind, wrong]) => wrong.map(() => kind));
  assert.deepEqual(kinds(foreign, closed, booked(3, 2)), []);
  assert.deepEqual(kinds(foreign, closed, booked(3, 0)), ['fallen']);
  assert.deepEqual(kinds(foreign, booked(2, 0)), ['double', 'fallen']);
  const own = (entry) => ({ ...entry, session: 's' });
  assert.deepEqual(kinds(own(foreign), own(closed), own(booked(3, 0))), []); // what its own session wrote is no change
  assert.deepEqual(kinds(foreign, own(closed), own(booked(3, 0))), ['fallen']);
  assert.deepEqual(kinds(foreign, row(2, 'update', 'f', { status: 'done' }, task('foreign', 'open'))), ['torn']);
});

test('in a short run no line is broken and no increment is lost', async () => {
  const run = ['--import', 'tsx', 'bench/claims/run.mjs', '--quick', '--only', 'grants,increments'];
  const child = spawn(process.execPath, run, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0, out);
  const { figure, holds, values } = JSON.parse(out.trim().split('\n').at(-1));
  assert.deepEqual([figure, holds], ['claims', true]);
  assert.ok(values.grants_late_writes_refused > 0);
});
