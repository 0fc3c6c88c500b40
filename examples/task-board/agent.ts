// SPDX-License-Identifier: MIT
//
// An agent that drafts a task: it claims the row so that nobody writes it meanwhile, works for some seconds, writes
// what it made, and releases the row. The board shows all of it live. Enter finishes early, Ctrl-C gives up; if the
// process is killed, the claim runs out by itself.
//
//   npm run agent -- [task id] [--seconds 8] [--name drafter] [--ttl 15]

import { parseArgs } from 'node:util';
import { Ablo, AbloError } from '@abloatai/ablo';
import { readAddress } from './address';
import { schema } from './ablo.schema';
import { Interrupted, work } from './work';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '8' },
    name: { type: 'string', default: 'drafter' },
    ttl: { type: 'string', default: '15' },
  },
});

const { url, apiKey } = await readAddress();
const ablo = Ablo({ schema, apiKey, baseURL: url, kind: 'agent', agentId: values.name });
const say = (line: string) => console.log(`${values.name}  ${line}`);

async function pick(): Promise<string | undefined> {
  if (positionals[0]) return positionals[0];
  const free = await ablo.tasks.load({ where: { status: 'todo' }, orderBy: { createdAt: 'desc' }, limit: 20 });
  return free.find((task) => ablo.intents.list({ resource: 'tasks', id: task.id }).length === 0)?.id;
}

async function draft(id: string): Promise<void> {
  say(`asks for ${id}`);
  await using claim = await ablo.tasks.claim({ id, action: 'drafting…', ttl: Number(values.ttl) });
  say(`holds “${claim.data.title}”`);
  await ablo.tasks.update(id, { status: 'doing' });

  await work(Number(values.seconds));

  await ablo.tasks.update(id, { title: `${claim.data.title} — drafted`, status: 'done' });
  say('wrote its draft, confirmed; releases the row');
}

try {
  const id = await pick();
  if (id) await draft(id);
  else say('finds nothing to do: no free task in “To do”');
} catch (error) {
  if (error instanceof Interrupted) say('gives up; the row is free again');
  else if (error instanceof AbloError) say(`stops: ${error.name} (${error.code}). ${error.message}`);
  else throw error;
  process.exitCode = 1;
} finally {
  await ablo.dispose();
}
