// SPDX-License-Identifier: MIT
//
// The same, in an application that has registered its schema. Never run: types.test.ts has tsc check it.
import type {} from '@abloatai/ablo';
import { useAblo } from '@abloatai/ablo/react';
import { defineSchema, model, z, type Model } from '@abloatai/ablo/schema';

export const schema = defineSchema({ tasks: model({ title: z.string(), status: z.enum(['todo', 'done']) }) });

declare module '@abloatai/ablo' {
  interface Register {
    schema: typeof schema;
  }
}

export function useTitle(id: string): string | undefined {
  const task: Model<'tasks'> | undefined = useAblo((ablo) => ablo.tasks.retrieve(id));
  // @ts-expect-error: no such field
  useAblo((ablo) => ablo.tasks.retrieve(id)?.titel);
  // @ts-expect-error: no such model
  useAblo((ablo) => ablo.task);
  const status: 'todo' | 'done' | undefined = task?.status;
  return status && task?.title;
}
