// SPDX-License-Identifier: MIT
//
// Edits a title. Opening it takes a snapshot, saving says "only if the row is still what I read": of two people who
// edit the same title, the second is told instead of silently overwriting the first.

import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { useRefusals } from './refusals';
import type { Task } from './task';

interface Props {
  task: Task;
  /** Somebody claimed the row while the editor was open. */
  held: boolean;
  onDone(): void;
}

export function TitleEditor({ task, held, onDone }: Props) {
  const ablo = useAblo()!;
  const { attempt } = useRefusals();
  const [title, setTitle] = useState(task.title);
  const read = useRef<{ stamp: number; title: string }>(undefined);
  const changed = read.current !== undefined && read.current.title !== task.title;

  function open(field: HTMLTextAreaElement) {
    if (read.current) return;
    read.current = { stamp: ablo.snapshot({ tasks: task.id }).stamp, title: task.title };
    field.select();
  }

  function save(event?: FormEvent) {
    event?.preventDefault();
    const text = title.trim();
    onDone();
    if (!text || text === read.current?.title) return;
    void attempt(
      task.id,
      { says: `“${text}”`, run: (options) => ablo.tasks.update(task.id, { title: text }, options) },
      { readAt: read.current!.stamp, onStale: 'reject' },
    );
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') onDone();
    if (event.key === 'Enter' && !event.shiftKey) save(event);
  }

  return (
    <form className="editor" onSubmit={save}>
      <textarea
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onFocus={(event) => open(event.target)}
        onKeyDown={onKeyDown}
        aria-label="Title"
        data-testid="editor"
        maxLength={300}
        rows={2}
        autoFocus
      />
      {(held || changed) && (
        <p className="hint" role="status">
          {held ? 'Somebody has just claimed this row.' : 'Somebody has changed this row since you opened it.'}
        </p>
      )}
      <div className="buttons">
        <button className="primary" data-testid="save">
          Save
        </button>
        <button type="button" onClick={onDone} data-testid="cancel">
          Cancel
        </button>
      </div>
    </form>
  );
}
