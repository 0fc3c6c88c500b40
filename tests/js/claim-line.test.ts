// SPDX-License-Identifier: MIT
//
// A line of agents behind one row: what each of them sees of it, and who may change it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbloClaimedError, AbloPermissionError, type ClaimStatus } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { until } from '../support/until';
import { agentsOf } from './agents';

const schema = defineSchema({ tasks: model({ title: z.string(), notes: z.string().optional() }) });

const { agent, person } = agentsOf(schema);

/** A row that the first of them holds and the others wait for, in this order. */
async function line(...names: string[]) {
  const agents = names.map((name) => agent(name));
  const { id } = await agents[0]!.tasks.create({ title: 'one' });
  const holder = await agents[0]!.tasks.claim({ id });
  const waiting = [];
  for (const [n, waiter] of agents.slice(1).entries()) {
    waiting.push(waiter.tasks.claim({ id, ttl: '30s' }));
    await until('it stands in line', () => agents[0]!.tasks.claim.queue({ id }).length === n + 1);
  }
  return { agents, id, holder, waiting, names: () => agents[0]!.tasks.claim.queue({ id }).map(({ heldBy }) => heldBy) };
}

test('the holder puts the line in another order, everybody sees it, and it moves in that order', async () => {
  const { agents, id, holder, waiting, names } = await line('holder', 'first', 'second', 'third');
  const seen = agents[3]!.tasks.claim.queue;
  const third = agents[0]!.tasks.claim.queue({ id })[2]!;
  await agents[0]!.tasks.claim.reorder({ id, order: [third] });
  await until('all see the new order', () => seen({ id }).map(({ heldBy }) => heldBy).join() === 'third,first,second');
  assert.deepEqual(names(), ['third', 'first', 'second']);
  assert.deepEqual(seen({ id }).map(({ position }) => position), [1, 2, 3]);

  await holder.release();
  await (await waiting[2]!).release();
  await (await waiting[0]!).release();
  await (await waiting[1]!).release();
  await until('nobody holds it', () => agents[0]!.tasks.claim.state({ id }) === null);
});

test('who only waits cannot change the line', async () => {
  const { token } = await agent('app').sessions.create({ user: { id: 'eve' } });
  const eve = person(token);
  const { id, holder, waiting, names } = await line('holder', 'first', 'second');
  await eve.tasks.load({ where: { id } });
  await assert.rejects(
    eve.tasks.claim.reorder({ id, order: [...eve.tasks.claim.queue({ id })].reverse() }),
    (thrown) => thrown instanceof AbloPermissionError && thrown.code === 'permission_denied',
  );
  assert.deepEqual(names(), ['first', 'second']);
  await holder.release();
  for (const claim of waiting) await (await claim).release();
});

test('who waits is told each place in line, and that the row is held', async () => {
  const { agents, id, holder, waiting } = await line('holder', 'first');
  const told: ClaimStatus[] = [];
  const last = agent('last').tasks.claim({ id, onStatus: (status) => told.push(status) });
  await until('it stands in line', () => told.length === 1);
  await holder.release();
  await (await waiting[0]!).release();
  await (await last).release();
  assert.deepEqual(told, [{ status: 'queued', position: 2 }, { status: 'queued', position: 1 }, { status: 'active' }]);
  await until('nobody holds it', () => agents[0]!.tasks.claim.state({ id }) === null);
});

test('a wait that is aborted ends with the reason, and the line closes up', async () => {
  const { agents, id, holder, waiting, names } = await line('holder', 'first', 'second');
  const leaving = new AbortController();
  const impatient = agent('impatient').tasks.claim({ id, signal: leaving.signal });
  const ended = assert.rejects(impatient, /no longer needed/);
  await until('it stands in line', () => names().length === 3);
  leaving.abort(new Error('no longer needed'));
  await ended;
  await until('it has left', () => names().join() === 'first,second');
  await assert.rejects(agents[0]!.tasks.claim({ id, signal: AbortSignal.abort(new Error('at once')) }), /at once/);
  await holder.release();
  for (const claim of waiting) await (await claim).release();
});

test('two agents work on different fields of a row at once; who wants both waits for both', async () => {
  const [writer, editor, both] = [agent('writer'), agent('editor'), agent('both')];
  const { id } = await writer.tasks.create({ title: 'one' });
  const title = await writer.tasks.claim({ id, field: 'title' });
  const notes = await editor.tasks.claim({ id, fields: ['notes'] });
  assert.deepEqual(title.target, { model: 'tasks', id, field: 'title', fields: ['title'] });
  const all = both.tasks.claim({ id, fields: ['title', 'notes'] });
  await until('it waits', () => writer.tasks.claim.queue({ id }).length === 1);
  assert.deepEqual(writer.intents.list({ model: 'tasks', id, field: 'notes' }).map(({ heldBy }) => heldBy), ['editor', 'both']);
  await writer.tasks.update(id, { title: 'two' });
  await editor.tasks.update(id, { notes: 'written' });
  await assert.rejects(editor.tasks.update(id, { title: 'three' }), { code: 'entity_claimed' });
  await title.release();
  assert.deepEqual(writer.tasks.claim.queue({ id }).map(({ heldBy }) => heldBy), ['both'], 'the other is held still');
  await notes.release();
  const granted = await all;
  assert.deepEqual([granted.data.title, granted.data.notes], ['two', 'written']);
  await granted.release();
});

test('a row of any model is claimed through intents, and others wait until nobody holds it', async () => {
  const [holder, next] = [agent('holder'), agent('next')];
  const { id } = await holder.tasks.create({ title: 'one' });
  const claim = await holder.intents.create({ target: { resource: 'tasks', id }, action: 'drafting', ttl: '30s' });
  await assert.rejects(next.intents.waitFor({ resource: 'tasks', id }, { timeout: '50ms' }), { code: 'model_claimed_timeout' });
  const gone = assert.rejects(next.intents.waitFor({ model: 'tasks', id }, { signal: AbortSignal.timeout(50) }), /abort|timeout/i);
  const free = next.intents.waitFor({ model: 'tasks', id });
  await gone;
  assert.equal(next.tasks.claim.state({ id })?.action, 'drafting');
  await claim.release();
  await free;
  assert.deepEqual(next.intents.list({ model: 'tasks', id }), []);
});

test('a read says what it does with a row that somebody else holds', async () => {
  const [one, other] = [agent('reads'), agent('holds')];
  const { id } = await one.tasks.create({ title: 'held' });
  const claim = await other.tasks.claim({ id });
  await until('the claim is seen', () => one.tasks.claim.state({ id }) !== null);
  assert.equal((await one.tasks.retrieve({ id }))!.title, 'held');
  await assert.rejects(one.tasks.retrieve({ id, ifClaimed: 'fail' }), (error) => {
    assert.ok(error instanceof AbloClaimedError);
    assert.deepEqual(error.claims.map(({ heldBy }) => heldBy), ['holds']);
    return true;
  });
  await assert.rejects(one.tasks.load({ where: { id }, ifClaimed: 'fail' }), { code: 'entity_claimed' });
  await assert.rejects(one.tasks.retrieve({ id, ifClaimed: 'wait', claimedTimeout: '100ms' }), { code: 'model_claimed_timeout' });
  assert.equal((await other.tasks.retrieve({ id, ifClaimed: 'fail' }))!.title, 'held', 'its holder may');
  const waiting = one.tasks.retrieve({ id, ifClaimed: 'wait' });
  await other.tasks.update(id, { title: 'done' });
  await claim.release();
  assert.equal((await waiting)!.title, 'done');
});

test('what is asked of one field stays the same object while only other fields change hands', async () => {
  const [holder, other] = [agent('holder'), agent('other')];
  const { id } = await holder.tasks.create({ title: 'one', notes: 'two' });
  await using _title = await holder.tasks.claim({ id, field: 'title' });
  const asked = { of: () => holder.tasks.claim.state({ id, field: 'title' }), all: () => holder.intents.list({ model: 'tasks', id }) };
  const before = { of: asked.of(), all: asked.all() };
  assert.equal(before.of?.heldBy, 'holder');

  const notes = await other.tasks.claim({ id, field: 'notes' });
  await until('the other claim is seen', () => asked.all().length === 2);
  assert.notEqual(asked.all(), before.all);
  assert.equal(asked.of(), before.of);
  await notes.release();
  await until('it is seen to be over', () => asked.all().length === 1);
  assert.equal(asked.of(), before.of);
});

test('work under a claim that ends with its row is done, and is no error', async () => {
  const ann = agent('ann');
  const [{ id: one }, { id: two }] = await Promise.all([ann.tasks.create({ title: 'one' }), ann.tasks.create({ title: 'two' })]);
  assert.equal(await ann.tasks.claim(one, async () => {
    await ann.tasks.delete(one);
    return 'deleted';
  }), 'deleted');
  {
    await using _claim = await ann.tasks.claim({ id: two });
    await ann.tasks.delete(two);
  }
});

test('a row that the same participant holds elsewhere is nobody else\'s', async () => {
  const [here, there, other] = [agent('ann'), agent('ann'), agent('bob')];
  const { id } = await here.tasks.create({ title: 'one' });
  await using _claim = await here.tasks.claim({ id });
  for (const one of [there, other]) await until('it is seen', async () => (await one.tasks.load(), one.tasks.claim.state({ id }) !== null));
  for (const ifClaimed of ['fail', 'wait'] as const) assert.equal((await there.tasks.retrieve({ id, ifClaimed }))?.title, 'one');
  await assert.rejects(other.tasks.retrieve({ id, ifClaimed: 'fail' }), AbloClaimedError);
});
