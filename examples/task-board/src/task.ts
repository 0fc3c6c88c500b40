// SPDX-License-Identifier: MIT
//
// A task as the page sees it, and the three columns it can be in.

import type { Model } from '@abloatai/ablo/schema';
import type { schema } from '../ablo.schema';

export type Task = Model<typeof schema, 'tasks'>;
export type Status = Task['status'];

export const columns: { status: Status; name: string }[] = [
  { status: 'todo', name: 'To do' },
  { status: 'doing', name: 'Doing' },
  { status: 'done', name: 'Done' },
];

export function columnName(status: Status): string {
  return columns.find((column) => column.status === status)!.name;
}

/** The column to the left (-1) or to the right (1), if there is one. */
export function neighbour(status: Status, step: -1 | 1): Status | undefined {
  return columns[columns.findIndex((column) => column.status === status) + step]?.status;
}
