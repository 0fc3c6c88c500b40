// SPDX-License-Identifier: MIT
//
// The schema of all parts.
import { defineSchema, model, z } from '@abloatai/ablo/schema';

export const schema = defineSchema({
  tasks: model({
    title: z.string().optional(),
    notes: z.string().optional(),
    ownerId: z.string().optional(),
    status: z.enum(['open', 'done']).default('done'),
    seenAt: z.number().optional(),
  }),
  counters: model({ n: z.number() }),
});

/** SQL that makes tasks t1 to t`tasks`, done and nobody's, and a counter c1. */
export const fill = (tasks) => `
  insert into tasks (organization_id, id, status)
  select 'org-1', 't' || i, 'done' from generate_series(1, ${tasks}) i;
  insert into counters (organization_id, id, n) values ('org-1', 'c1', 0)`;
