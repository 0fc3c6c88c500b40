// SPDX-License-Identifier: MIT
//
// Moving a task to another column, by its buttons or by dragging. Not guarded: whoever moves last wins, unless
// somebody holds the row.

import type { DragEvent } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { useDesk } from './desk';
import { columnName, type Status } from './task';

export function useMove() {
  const ablo = useAblo();
  const { attempt } = useDesk();
  return async (id: string, status: Status) => {
    if (!ablo || ablo.tasks.retrieve(id)?.status === status) return;
    await attempt(id, {
      says: `the move to “${columnName(status)}”`,
      run: (options) => ablo.tasks.update(id, { status }, options),
    });
  };
}

/** Whether it is a card that is being dragged. */
export function dragged(event: DragEvent): boolean {
  return event.dataTransfer.types.includes('application/x-task');
}

export function drag(event: DragEvent, id: string): void {
  event.dataTransfer.setData('application/x-task', id);
  event.dataTransfer.effectAllowed = 'move';
}
