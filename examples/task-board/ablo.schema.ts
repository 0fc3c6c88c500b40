// SPDX-License-Identifier: MIT
//
// What the board is about. The server learns it by `ablo push` (`ablo dev` does that by itself); the page, the agent
// and the server routes import it for their types.

import { defineSchema, model, z } from '@abloatai/ablo/schema';

export const schema = defineSchema({
  tasks: model({
    id: z.string(),
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']),
    updatedAt: z.string(),
  }),
});
