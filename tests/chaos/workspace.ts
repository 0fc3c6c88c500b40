// SPDX-License-Identifier: MIT
//
// The workspace that everybody writes to. Every write carries its own key in a field, so that a value that is read
// names the write it came from.
import { defineSchema, field, model, z } from '@abloatai/ablo/schema';
import type { Row } from './event';

export const schema = defineSchema({
  notes: model({ text: z.string(), by: z.string() }),
  accounts: model({ balance: z.number(), tag: z.string() }),
  counters: model({ count: z.number(), tag: z.string() }),
  lists: model({ items: field.json(z.array(z.string())), tag: z.string() }),
  tasks: model({
    title: z.string(),
    notes: z.string().optional(),
    ownerId: z.string().optional(),
    status: z.enum(['open', 'done']).default('done'),
    seenAt: z.number().optional(),
  }),
});

/** What is compared of each model: its own fields, not those that every row has. */
export const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  notes: ['text', 'by'],
  accounts: ['balance', 'tag'],
  counters: ['count', 'tag'],
  lists: ['items', 'tag'],
  tasks: ['title', 'notes', 'ownerId', 'status', 'seenAt'],
};
export const models = Object.keys(fieldsOf);

/** Whose tasks are booked. */
export const owners = ['ann', 'ben', 'cleo'];

export const kBalance = 1_000;
const ids = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);
export const seeded = {
  notes: ids('note', 40),
  accounts: ids('account', 60),
  counters: ids('counter', 12),
  lists: ids('list', 24),
  tasks: ids('task', 4),
};

/** What a seeded row begins with. */
export function firstRow(model: string): Row {
  const first: Record<string, Row> = {
    notes: { text: 'seed', by: 'seed' },
    accounts: { balance: kBalance, tag: 'seed' },
    counters: { count: 0, tag: 'seed' },
    lists: { items: [], tag: 'seed' },
    tasks: { title: 'seed', status: 'done' },
  };
  return first[model]!;
}

/** The row, as what is compared of it. */
export function essence(model: string, row: Row): Row {
  return Object.fromEntries(['id', ...fieldsOf[model]!].map((name) => [name, row[name] ?? null]));
}
