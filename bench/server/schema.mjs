// SPDX-License-Identifier: MIT
//
// The schema of all parts, and rows of it.
import { defineSchema, model, z } from '@abloatai/ablo/schema';

export const schema = defineSchema({
  tasks: model({
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']).default('todo'),
    count: z.number().optional(),
    due: z.date().optional(),
  }),
});

export const organization = (n) => `org-${n}`;

/** SQL that fills organizations 1 to `organizations` with tasks t1 to t`rows` each. */
export const fill = (organizations, rows) => `
  insert into tasks (organization_id, id, title, status, count, due)
  select 'org-' || o, 't' || i, 'Task number ' || i, (array['todo', 'doing', 'done'])[1 + i % 3], i, now()
  from generate_series(1, ${organizations}) o, generate_series(1, ${rows}) i
  on conflict do nothing`;
