// SPDX-License-Identifier: MIT
//
// Waiting until a row is free, what is asked about claims in passing, and what cannot be asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { until } from '../support/until';
import { agentsOf } from './agents';

const schema = defineSchema({ tasks: model({ title: z.string(), notes: z.string().optional() }) });

const { agent } = agentsOf(schema);

/** A row that somebody else holds. */
async function held(reader: string) {
  const [one, other] = [agent(reader), agent('holder')];
  const { id } = await one.tasks.create({ title: 'one' });
  const claim = await other.tasks.claim({ id });
  await until('the claim is seen', () => one.tasks.claim.state({ id }) !== null);
  return { one, other, id, claim };
}

test('a client that is disposed of keeps nobody waiting', async () => {
  const { one, id } = await held('leaves');
  const gone = { code: 'client_disposed' };
  const waits = [
    assert.rejects(one.intents.waitFor({ resource: 'tasks', id }), gone),
    assert.rejects(one.tasks.retrieve({ id, ifClaimed: 'wait' }), gone),
    assert.rejects(one.tasks.load({ where: { id }, ifClaimed: 'wait' }), gone),
  ];
  await new Promise((resolve) => setTimeout(resolve, 100));
  await one.dispose();
  await Promise.all(waits);
  await assert.rejects(one.intents.waitFor({ resource: 'tasks', id }), gone);
});

test('who has stopped waiting is told why, and hears nothing of it afterwards', async () => {
  const { one, id, claim } = await held('stops');
  const leaving = new AbortController();
  const waiting = one.intents.waitFor({ resource: 'tasks', id }, { signal: leaving.signal });
  const staying = one.intents.waitFor({ resource: 'tasks', id });
  await new Promise((resolve) => setTimeout(resolve, 50));
  leaving.abort(new Error('enough'));
  await assert.rejects(waiting, { message: 'enough' });
  await assert.rejects(one.intents.waitFor({ resource: 'tasks', id }, { signal: leaving.signal }), { message: 'enough' });
  await claim.release();
  await staying;

  const early = agent('early'); // whose core is not there yet
  const stopped = new AbortController();
  const never = early.intents.waitFor({ resource: 'tasks', id }, { signal: stopped.signal });
  stopped.abort(new Error('at once'));
  await assert.rejects(never, { message: 'at once' });
});

test('several rows are waited for together: until none of them is held', async () => {
  const { one, other, id, claim } = await held('several');
  const { id: second } = await one.tasks.create({ title: 'one' });
  const claimed = await other.tasks.claim({ id: second });
  let done = false;
  const waiting = one.tasks.load({ where: [['id', 'IN', [id, second]]], ifClaimed: 'wait' }).then((rows) => ((done = true), rows));
  await claim.release();
  await until('the release is seen', () => one.tasks.claim.state({ id }) === null);
  assert.equal(done, false);
  await claimed.release();
  assert.equal((await waiting).length, 2);
});

test('a claim says of itself what it was given: what for, in whose words, and how deep its line may be', async () => {
  const { one, other, id } = await held('says');
  const waiting = other.tasks.claim({ id, description: 'again' }); // of the same participant: no line
  await (await waiting).release();
  const meta = { run: 7 };
  const first = agent('first').tasks.claim({ id, action: 'summarizing', description: 'the long one', meta, ttl: '30s' });
  await until('it stands in line', () => one.tasks.claim.queue({ id }).length === 1);
  const [seen] = one.tasks.claim.queue({ id });
  assert.deepEqual([seen!.action, seen!.description, seen!.meta], ['summarizing', 'the long one', meta]);
  await assert.rejects(one.tasks.claim({ id, maxQueueDepth: 1 }), { code: 'queue_too_deep' });
  await other.tasks.claim.release(id);
  const claim = await first;
  assert.deepEqual([claim.action, claim.description, claim.target.meta], ['summarizing', 'the long one', meta]);
  await claim.release();
});

test('a row is named by its id alone, too; without one nothing is answered', async () => {
  const { one, id, claim } = await held('names');
  const { id: free } = await one.tasks.create({ title: 'free' });
  assert.equal(one.tasks.claim.state(id)?.heldBy, 'holder');
  assert.equal(one.tasks.claim.state(free), null);
  assert.deepEqual([...one.tasks.claim.queue(id)], []);
  for (const none of [undefined, {}, { id: undefined }, { id: '' }, '', 7, null] as never[]) {
    assert.throws(() => one.tasks.claim.state(none), { code: 'invalid_id' });
    assert.throws(() => one.tasks.claim.queue(none), { code: 'invalid_id' });
    await assert.rejects(one.tasks.claim.release(none), { code: 'invalid_id' });
  }
  await claim.release();
});

test('who has held a part of a row longest is the one who is shown, whoever takes another part', async () => {
  const [ann, bob] = [agent('ann'), agent('bob')];
  const { id } = await ann.tasks.create({ title: 'one', notes: '' });
  for (let time = 0; time < 5; ++time) {
    const title = await ann.tasks.claim({ id, field: 'title' });
    const notes = await bob.tasks.claim({ id, field: 'notes' });
    await until('both are seen', () => ann.intents.list({ model: 'tasks', id }).length === 2);
    assert.equal(ann.tasks.claim.state({ id })!.heldBy, 'ann');
    await title.release();
    await until('one is left', () => ann.tasks.claim.state({ id })?.heldBy === 'bob');
    await notes.release();
  }
});

test('what cannot be asked is refused by name', async () => {
  const { one, id } = await held('errs');
  const task = { resource: 'task', id };
  await assert.rejects(one.model('tasks').claim({ id: '', onStatus: () => {} }), { code: 'invalid_id' });
  await assert.rejects(one.intents.waitFor(task), { code: 'unknown_model' });
  assert.throws(() => one.intents.list(task), { code: 'unknown_model' });
  await assert.rejects(one.tasks.load({ where: { id }, ifClaimed: 'wiat' as never }), { code: 'query_invalid' });
  await assert.rejects(one.intents.waitFor({ resource: 'tasks', id }, { timeout: 'soon' as never }), { code: 'duration_invalid' });
  await assert.rejects(one.intents.create({ action: 'editing' } as never), { code: 'unknown_model' });
  await assert.rejects(one.intents.create(undefined as never), { code: 'unknown_model' });
  await assert.rejects(one.tasks.claim.reorder({ id } as never), { code: 'invalid_request' });
  assert.throws(() => one.snapshot({ tasks: undefined }), { code: 'invalid_id' });
  for (const nothing of [undefined, null] as never[]) assert.equal(typeof one.snapshot(nothing).stamp, 'number');
  await assert.rejects(one.tasks.update(id, { title: 'x' }, { snapshot: null as never }), { code: 'write_options_invalid' });
});
