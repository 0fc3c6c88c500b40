// SPDX-License-Identifier: MIT
//
// The foot of a free card: when it last changed, one column to the left, one to the right, away with it.

import { useAblo } from '@abloatai/ablo/react';
import { Ago } from './ago';
import { useDesk } from './desk';
import { Icon } from './icon';
import { useMove } from './move';
import { columnName, neighbour, type Task } from './task';

export function CardActions({ task }: { task: Task }) {
  const ablo = useAblo();
  const move = useMove();
  const { attempt } = useDesk();

  const remove = () =>
    attempt(task.id, { says: 'deleting it', run: (options) => ablo!.tasks.delete(task.id, options) });

  const toNeighbour = (step: -1 | 1) => {
    const to = neighbour(task.status, step);
    const label = to ? `Move to ${columnName(to)}` : 'No further column';
    const side = step < 0 ? 'left' : 'right';
    return (
      <button aria-label={label} title={label} disabled={!to} onClick={() => move(task.id, to!)} data-testid={side}>
        <Icon name={side} />
      </button>
    );
  };

  return (
    <div className="actions">
      <Ago at={task.updatedAt} />
      {toNeighbour(-1)}
      {toNeighbour(1)}
      <button aria-label={`Delete “${task.title}”`} title="Delete" onClick={remove} data-testid="delete">
        <Icon name="trash" />
      </button>
    </div>
  );
}
