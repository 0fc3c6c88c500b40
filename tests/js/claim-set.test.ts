// SPDX-License-Identifier: MIT
//
// Several rows held together: all of them or none, and nobody who wants the same ones waits for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimStatus } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { until } from '../support/until';
import { agentsOf } from './agents';

const schema = defineSchema({
  tasks: model({ title: z.string() }),
  accounts: model({ balance: z.number() }),
});

const { agent } = agentsOf(schema);

async function place() {
  const [ann, bob] = [agent('ann'), agent('bob')];
  const { id: task } = await ann.tasks.create({ title: 'one' });
  const { id: account } = await ann.accounts.create({ balance: 1 });
  const held = () => ann.intents.list().filter(({ status, target }) => status === 'active' && [task, account].includes(target.id));
  return { ann, bob, task, account, held: () => held().map(({ heldBy }) => heldBy) };
}

test('they are held together, written under, and given back at the end of the block', async () => {
  const { ann, bob, task, account, held } = await place();
  {
    await using both = await ann.claim([{ tasks: task }, { accounts: account }], { action: 'moving' });
    const [one, other] = both.claims;
    assert.deepEqual([one.data.title, one.target.id, other.data.balance, other.action], ['one', task, 1, 'moving']);
    assert.deepEqual(held(), ['ann', 'ann']);
    await ann.commits.create({ operations: [
      { action: 'update', model: 'tasks', id: task, data: { title: 'two' } },
      { action: 'update', model: 'accounts', id: account, data: { balance: 2 } }] });
    await bob.accounts.load();
    await assert.rejects(bob.accounts.update(account, { balance: 3 }), { code: 'entity_claimed' });
    assert.equal(both.signal.aborted, false);
  }
  await until('nobody holds them', () => held().length === 0);
  await bob.accounts.update(account, { balance: 3 });
});

test('who cannot have all of them holds none', async () => {
  const { ann, bob, task, account, held } = await place();
  const theirs = await bob.tasks.claim({ id: task });
  const rows = [{ tasks: task }, { accounts: account }] as const;
  await assert.rejects(ann.claim(rows, { wait: false }), { code: 'entity_claimed' });
  await assert.rejects(ann.claim(rows, { timeout: '100ms' }), { code: 'grant_timeout' });
  await assert.rejects(ann.claim([rows[1], { tasks: 'none' }]), { code: 'entity_not_found' });
  const leaving = new AbortController();
  const told: ClaimStatus[] = [];
  const waiting = ann.claim(rows, { signal: leaving.signal, onStatus: (status) => told.push(status) });
  await until('it stands in line', () => told.length > 0);
  assert.deepEqual(told, [{ status: 'queued', position: 1 }]);
  leaving.abort(new Error('enough'));
  await assert.rejects(waiting, { message: 'enough' });
  await until('only the other is left', () => held().join() === 'bob');
  await theirs.release();
  const claims = await ann.claim(rows);
  assert.deepEqual(held(), ['ann', 'ann']);
  await claims.release();
});

test('rows that were granted one after the other are written together, whatever was written to one of them before it was its turn', async () => {
  const { ann, bob, task, account, held } = await place();
  const theirs = await bob.tasks.claim({ id: task });
  const claiming = ann.claim([{ tasks: task }, { accounts: account }]);
  await until('it has the first and waits for the second', () => held().length === 2 && ann.tasks.claim.queue({ id: task }).length === 1);
  await bob.tasks.update(task, { title: 'of bob' });
  await theirs.release();
  const both = await claiming;
  assert.equal(both.claims[0].data.title, 'of bob');
  await ann.commits.create({ operations: [
    { action: 'update', model: 'tasks', id: task, data: { title: 'of ann' } },
    { action: 'update', model: 'accounts', id: account, data: { balance: 2 } }] });
  await both.release();
});

test('twelve who want the same rows, named in any order, all get them', async () => {
  const { ann, task, account } = await place();
  const { id: second } = await ann.tasks.create({ title: 'second' });
  const rows = [{ tasks: task }, { accounts: account }, { tasks: second }];
  const got: number[] = [];
  await Promise.all(Array.from({ length: 12 }, async (_, n) => {
    const mine = [0, 1, 2].map((i) => rows[(i + n) % 3]!);
    if (n % 2) mine.reverse();
    await using claims = await agent(`agent-${n}`).claim(mine);
    assert.deepEqual(claims.claims.map(({ target }) => target.id), mine.flatMap((row) => Object.values(row)));
    got.push(n);
  }));
  assert.equal(got.length, 12);
});

test('what becomes of one of them, all are told', async () => {
  const { ann, bob, task, account } = await place();
  const claims = await ann.claim([{ tasks: task }, { accounts: account }]);
  await ann.tasks.delete(task);
  await until('the signal is aborted', () => claims.signal.aborted);
  assert.equal((claims.signal.reason as { code: string }).code, 'claim_lost');
  await bob.accounts.load();
  await assert.rejects(bob.accounts.update(account, { balance: 5 }), { code: 'entity_claimed' });
  await claims.release();
  await bob.accounts.update(account, { balance: 5 });
});

test('no row, an unknown model and a row without an id are named', async () => {
  const { ann, task } = await place();
  await assert.rejects(ann.claim([]), { code: 'invalid_request' });
  await assert.rejects(ann.claim([{ tasks: task }, { nothing: 'x' } as never]), { code: 'unknown_model' });
  await assert.rejects(ann.claim([{ tasks: '' }]), { code: 'invalid_id' });
  await assert.rejects(ann.claim([null] as never), { code: 'invalid_request' });
  await assert.rejects(ann.claim('x' as never), { code: 'unknown_model' });
  await assert.rejects(ann.tasks.claim(undefined as never), { code: 'invalid_id' });
});

test('a set is not the claim of a write: its rows are written under it without being told, and others are not', async () => {
  const { ann, task, account } = await place();
  await using both = await ann.claim([{ tasks: task }, { accounts: account }]);
  const named = { code: 'write_options_invalid', param: 'claim' };
  for (const claim of [both, null, '', {}] as never[]) {
    await assert.rejects(ann.commits.create({ operation: { action: 'update', model: 'tasks', id: task, data: { title: 'two' } }, claim }), named);
  }
  for (const claim of [both, ''] as never[]) await assert.rejects(ann.tasks.update(task, { title: 'two' }, { claim }), named);
  assert.equal(ann.tasks.get(task)!.title, 'one');
});
