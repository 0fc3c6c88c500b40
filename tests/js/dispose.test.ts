// SPDX-License-Identifier: MIT
//
// The end of a client: what was asked of it before is on its way, what it holds is given back, and whoever relies on it hears.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { until } from '../support/until';
import { agentsOf } from './agents';

const schema = defineSchema({ tasks: model({ title: z.string() }) });
const { agent } = agentsOf(schema);

test('what is called in the turn in which a client is disposed is done, and what it holds is free', async () => {
  const watcher = agent('watcher');
  const bot = agent('bot');
  const held = await bot.tasks.create({ title: 'held' });
  const others = [await bot.tasks.create({ title: 'a' }), await bot.tasks.create({ title: 'b' })];
  await watcher.tasks.load();
  await bot.tasks.load();
  const claim = await bot.tasks.claim({ id: held.id });
  await until('the watcher knows', () => watcher.tasks.claim.state(held.id) !== null);
  const writes = others.map(({ id }) => bot.tasks.update(id, { title: 'done' }, { wait: 'queued' }).catch(() => {}));
  await bot.dispose();
  await Promise.all(writes);
  assert.equal((claim.signal.reason as { code: string }).code, 'claim_lost');
  await until('it is free', () => watcher.tasks.claim.state(held.id) === null);
  await until('both are written', () => others.every(({ id }) => watcher.tasks.get(id)!.title === 'done'));
});

test('work that relies on a snapshot is aborted when nobody would tell it any more', async () => {
  const bot = agent('bot');
  const { id } = await bot.tasks.create({ title: 'one' });
  await bot.tasks.load();
  const named = bot.snapshot({ tasks: id });
  const read = bot.snapshot((ablo) => ablo.tasks.getAll());
  await bot.dispose();
  await until('they are told', () => named.signal.aborted && read.signal.aborted);
  assert.equal((named.signal.reason as { code: string }).code, 'client_disposed');
  await assert.rejects(bot.tasks.update(id, { title: 'two' }, { snapshot: named }), { code: 'client_disposed' });
});
