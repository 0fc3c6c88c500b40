// SPDX-License-Identifier: MIT
//
// One status: how many tasks there are, a line to add one, and the newest of them as cards. Only a window of the
// rows is asked for and rendered, however many there are; "Show more" widens it. Cards can be dropped here.

import { useState, type DragEvent } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { Card } from './card';
import { Composer } from './composer';
import { dragged, useMove } from './move';
import type { Status } from './task';

const page = 50;

export function Column({ status, name }: { status: Status; name: string }) {
  const [limit, setLimit] = useState(page);
  const [over, setOver] = useState(false);
  const move = useMove();
  const tasks =
    useAblo((ablo) => ablo.tasks.getAll({ where: { status }, orderBy: { createdAt: 'desc' }, limit })) ?? [];
  const count = useAblo((ablo) => ablo.tasks.getCount({ where: { status } })) ?? 0;
  const hidden = count - tasks.length;

  const dropTarget = {
    onDragOver(event: DragEvent) {
      if (!dragged(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop(event: DragEvent) {
      event.preventDefault();
      setOver(false);
      void move(event.dataTransfer.getData('application/x-task'), status);
    },
  };

  return (
    <section
      className="column"
      data-status={status}
      data-over={over || undefined}
      data-testid={`column-${status}`}
      aria-labelledby={`name-${status}`}
      {...dropTarget}
    >
      <h2 id={`name-${status}`}>
        <span className="dot" aria-hidden="true" />
        {name}
        <span className="count" data-testid={`count-${status}`} aria-label={`${count} tasks`}>
          {count.toLocaleString('en')}
        </span>
      </h2>
      <Composer status={status} column={name} />
      <ul>
        {tasks.map((task) => (
          <Card key={task.id} task={task} />
        ))}
      </ul>
      {hidden > 0 && (
        <button className="more" onClick={() => setLimit(limit + page)} data-testid={`more-${status}`}>
          Show {Math.min(page, hidden)} more <small>of {hidden.toLocaleString('en')} not shown</small>
        </button>
      )}
      {count === 0 && <p className="empty">Nothing here.</p>}
    </section>
  );
}
