// SPDX-License-Identifier: MIT
//
// Edits a title. Opening the editor took a snapshot, saving says "only if the row is still what I read": of two
// people who edit the same title, the second is told instead of silently overwriting the first.

import { useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { useDesk, type Draft } from './desk';
import type { Task } from './task';

interface Props {
  task: Task;
  draft: Draft;
  /** Somebody claimed the row while the editor was open. */
  held: boolean;
}

export function TitleEditor({ task, draft, held }: Props) {
  const ablo = useAblo()!;
  const { attempt, setDraft } = useDesk();
  const [title, setTitle] = useState(draft.text);
  const untouched = useRef(draft.text === draft.read);
  const close = () => setDraft(task.id);

  function type(text: string) {
    draft.text = text;
    setTitle(text);
  }

  function save(event?: FormEvent) {
    event?.preventDefault();
    const text = title.trim();
    close();
    if (!text || text === draft.read) return;
    void attempt(
      task.id,
      { says: `“${text}”`, run: (options) => ablo.tasks.update(task.id, { title: text }, options) },
      { readAt: draft.readAt, onStale: 'reject' },
    );
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') close();
    if (event.key === 'Enter' && !event.shiftKey) save(event);
  }

  return (
    <form className="editor" onSubmit={save}>
      <textarea
        value={title}
        onChange={(event) => type(event.target.value)}
        onFocus={(event) => untouched.current && event.target.select()}
        onKeyDown={onKeyDown}
        aria-label="Title"
        data-testid="editor"
        maxLength={300}
        rows={2}
        autoFocus
      />
      {(held || draft.read !== task.title) && (
        <p className="hint" role="status">
          {held ? 'Somebody has just claimed this row.' : 'Somebody has changed this row since you opened it.'}
        </p>
      )}
      <div className="buttons">
        <button className="primary" data-testid="save">
          Save
        </button>
        <button type="button" onClick={close} data-testid="cancel">
          Cancel
        </button>
      </div>
    </form>
  );
}
