// SPDX-License-Identifier: MIT
//
// Who may write over a claim is the schema's to say: here people may, and agents are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbloStaleContextError } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { until } from '../support/until';
import { agentsOf } from './agents';

const schema = defineSchema({
  tasks: model({ title: z.string(), edits: z.number() }, { whileClaimed: { user: 'overwrite', agent: 'refuse' } }),
  notes: model({ text: z.string() }),
});

const { agent, person } = agentsOf(schema);

async function place() {
  const bot = agent('bot');
  const { token } = await agent('app').sessions.create({ user: { id: 'eve' } });
  const eve = person(token);
  const { id } = await bot.tasks.create({ title: 'one', edits: 0 });
  await eve.tasks.load({ where: { id } });
  return { bot, eve, id };
}

test('a person writes over what an agent holds; another agent is refused, and so is a person where nothing is said', async () => {
  const { bot, eve, id } = await place();
  const other = agent('other');
  await other.tasks.load({ where: { id } });
  await using claim = await bot.tasks.claim({ id });
  await assert.rejects(other.tasks.update(id, { title: 'other' }, { wait: 'confirmed' }), { code: 'entity_claimed' });
  await eve.tasks.update(id, { title: 'eve' }, { wait: 'confirmed' });
  assert.equal(claim.signal.aborted, false, 'it holds the row still');
  const { id: note } = await bot.notes.create({ text: 'one' });
  await eve.notes.load({ where: { id: note } });
  await using other2 = await bot.notes.claim({ id: note });
  await assert.rejects(eve.notes.update(note, { text: 'eve' }, { wait: 'confirmed' }), { code: 'entity_claimed' });
  assert.equal(other2.data.text, 'one');
});

test('the holder learns that its row was written over: its write is stale, one that is made from the row is not', async () => {
  const { bot, eve, id } = await place();
  await using claim = await bot.tasks.claim({ id });
  await eve.tasks.update(id, { edits: 1 }, { wait: 'confirmed' });
  await until('the holder has it', () => bot.tasks.get(id)!.edits === 1);
  const stale = (error: unknown) => error instanceof AbloStaleContextError && error.conflicts[0]!.fields!.includes('edits');
  await assert.rejects(bot.tasks.update(id, { edits: claim.data.edits + 10 }), stale);
  await assert.rejects(bot.tasks.update(id, { edits: claim.data.edits + 10 }), stale, 'and so it is the second time');
  await bot.tasks.update(id, (task) => ({ edits: task.edits + 10 }));
  await until('everybody has it', () => eve.tasks.get(id)!.edits === 11);
  await claim.release();
  await using again = await bot.tasks.claim({ id });
  assert.equal(again.data.edits, 11);
  await bot.tasks.update(id, { edits: 12 });
});
