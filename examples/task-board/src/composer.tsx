// SPDX-License-Identifier: MIT
//
// The line on top of a column that adds a task to it. The card is there before the server has answered.

import { useState, type FormEvent } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { Icon } from './icon';
import type { Status } from './task';

export function Composer({ status, column }: { status: Status; column: string }) {
  const ablo = useAblo();
  const [title, setTitle] = useState('');

  function add(event: FormEvent) {
    event.preventDefault();
    if (!ablo || !title.trim()) return;
    void ablo.tasks.create({ data: { title: title.trim(), status } });
    setTitle('');
  }

  return (
    <form className="composer" onSubmit={add}>
      <Icon name="plus" />
      <input
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        placeholder="Add a task"
        aria-label={`Add a task to ${column}`}
        data-testid={`add-${status}`}
        maxLength={300}
        disabled={!ablo}
      />
    </form>
  );
}
