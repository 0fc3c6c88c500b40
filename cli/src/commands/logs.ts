// SPDX-License-Identifier: MIT
//
// ablo logs: what is committed, as it is committed, one line a change, until Ctrl-C.
import { NamedError, visible } from '../../../server/src/index';
import { command } from '../command';
import { follow, type Change } from '../follow';
import { serverOption } from '../options';
import { request, serverUrl } from '../request';
import { untilStopped } from '../stop';
import { paint, say, wantsJson } from '../terminal';

export const logs = command({
  name: 'logs',
  description: 'Follow what is committed, live',
  args: {
    url: serverOption,
    model: { type: 'string', description: 'Only changes of this model', valueHint: 'key' },
  },
  async run(args) {
    const stop = new AbortController();
    void untilStopped().then(() => stop.abort());
    const url = serverUrl(args.url);
    if (args.model) await checkModel(url, args.model);
    const note = (text: string) => void process.stderr.write(`${paint.dim(visible(text))}\n`);
    if (!wantsJson()) note(`Following ${args.model ?? 'all models'} on ${url}. Ctrl-C stops.`);
    const change = (change: Change) => {
      if (!args.model || change.model === args.model) say(line(change), change);
    };
    await follow(url, { change, note }, stop.signal);
  },
});

async function checkModel(url: string, model: string): Promise<void> {
  const { schema } = await request<{ schema?: { models: Record<string, unknown> } }>(url, 'GET', '/schema');
  const models = Object.keys(schema?.models ?? {});
  if (models.includes(model)) return;
  throw new NamedError('unknown_model', `The schema on ${url} has no model ${model}. There are ${models.join(', ') || 'none'}.`);
}

function line({ at, seq, actor, kind, op, model, id, fields, claim }: Change): string {
  const who = actor ? `${actor.kind}:${actor.id}` : 'external';
  const what = kind === 'claim' ? `claim ${op}` : op;
  const details = kind === 'claim' ? [claim?.action, claim?.field].filter(Boolean) : op === 'update' ? (fields ?? []) : [];
  return [
    paint.dim(new Date(at).toISOString().slice(11, 23)),
    paint.dim(String(seq).padStart(6)),
    paint.cyan(visible(who)),
    (colours[op] ?? paint.yellow)(visible(what)),
    paint.bold(visible(`${model}/${id}`)),
    visible(details.join(', ')),
  ].join('  ').trimEnd();
}

const colours: Record<string, (text: string) => string> = { create: paint.green, delete: paint.red };
