// SPDX-License-Identifier: MIT
//
// abloTools(): read, create, update and delete of every model. A write waits until it is confirmed, and is refused if
// the row changed since these tools last showed it: the model decided by what it saw. A refusal is thrown; the AI SDK
// hands its message to the model, and the message says what to do.
import type { Tool } from 'ai';
import type { AbloClient } from '../client/types';
import type { AnyModelClient } from '../model/model';
import type { WriteOptions } from '../model/types';
import type { DocumentModel } from '../schema/define-schema';
import type { AnySchema } from '../schema/types';
import { createInput, deleteInput, readInput, updateInput } from './input';

type Verb = 'read' | 'create' | 'update' | 'delete';
type Key<S extends AnySchema> = keyof S['models'] & string;

/** `readTasks`, `createTasks`, `updateTasks`, `deleteTasks` for the model `tasks`: hand over those an agent may use. */
export type AbloTools<S extends AnySchema> = { [K in Key<S> as `${Verb}${Capitalize<K>}`]: Tool<any, any> };

type Options = { abortSignal?: AbortSignal };
type Data = Record<string, unknown>;
type Shown = { id: string };

const longestList = 200;

export function abloTools<S extends AnySchema>(ablo: AbloClient<S>): AbloTools<S> {
  const { models } = ablo.schema!.document;
  const tools = Object.entries(models).flatMap(([key, model]) => {
    const name = key[0]!.toUpperCase() + key.slice(1);
    return Object.entries(toolsOf(ablo as AbloClient<AnySchema>, key, model)).map(([verb, tool]) => [
      `${verb}${name}`,
      tool,
    ]);
  });
  return Object.fromEntries(tools);
}

function toolsOf(
  ablo: AbloClient<AnySchema>,
  key: string,
  model: DocumentModel,
): Partial<Record<Verb, Tool<any, any>>> {
  const client: AnyModelClient = ablo.model(key);
  const seenAt = new Map<string, number>();

  /** Rows as of one stamp, which writes to them are held to from now on. */
  const show = (rows: readonly Shown[]) => {
    const snapshot = ablo.snapshot({ [key]: rows.map(({ id }) => id) });
    const now = snapshot[key] as Record<string, Data>;
    for (const { id } of rows) seenAt.set(id, snapshot.stamp);
    return JSON.parse(JSON.stringify(rows.flatMap(({ id }) => now[id] ?? []))) as Data[];
  };
  const guarded = (id: string): WriteOptions => ({ wait: 'confirmed', readAt: seenAt.get(id) });
  /** Text for a time is a time. */
  const stored = (data: Data) =>
    Object.fromEntries(
      Object.entries(data).map(([name, value]) => [
        name,
        model.fields[name]?.type === 'date' && typeof value === 'string' ? new Date(value) : value,
      ]),
    );

  const again = 'If it is refused because the row changed, read the row again and decide again.';
  const read: Tool<any, any> = {
    description: `Reads ${key}: one row by its id, or the rows whose fields have the values of where.`,
    inputSchema: readInput(model),
    execute: async (
      { id, where, limit = 50 }: { id?: string; where?: Data; limit?: number },
      { abortSignal }: Options,
    ) => {
      abortSignal?.throwIfAborted();
      const rows =
        id === undefined
          ? await client.list({ where: stored(where ?? {}), limit: Math.min(limit, longestList) })
          : [(await client.retrieve({ id })) ?? []].flat();
      return { rows: show(rows as Shown[]) };
    },
  };
  if (model.mutable === false) return { read };
  return {
    read,
    create: {
      description: `Creates a row of ${key}.`,
      inputSchema: createInput(model),
      execute: async ({ data }: { data: Data }, { abortSignal }: Options) => {
        abortSignal?.throwIfAborted();
        const row = await client.create({ data: stored(data), wait: 'confirmed' });
        return { row: show([row as Shown])[0] };
      },
    },
    update: {
      description: `Changes fields of a row of ${key}. ${again}`,
      inputSchema: updateInput(model),
      execute: async ({ id, data }: { id: string; data: Data }, { abortSignal }: Options) => {
        abortSignal?.throwIfAborted();
        const row = await client.update({ id, data: stored(data), ...guarded(id) });
        return { row: show([row as Shown])[0] };
      },
    },
    delete: {
      description: `Deletes a row of ${key}. ${again}`,
      inputSchema: deleteInput(),
      execute: async ({ id }: { id: string }, { abortSignal }: Options) => {
        abortSignal?.throwIfAborted();
        await client.delete({ id, ...guarded(id) });
        seenAt.delete(id);
        return { deleted: id };
      },
    },
  };
}
