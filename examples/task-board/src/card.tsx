// SPDX-License-Identifier: MIT
//
// One task. While somebody else holds its row the card says who and what for, and its controls rest: a write would be
// refused anyway. A refused write is explained at the foot of the card.

import { memo, type CSSProperties } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { CardActions } from './card-actions';
import { useDesk } from './desk';
import { useHighlight } from './highlight';
import { Holder } from './holder';
import { drag } from './move';
import { participant } from './participant';
import { RefusalNotice } from './refusal-notice';
import type { Task } from './task';
import { TitleEditor } from './title-editor';

export const Card = memo(function Card({ task }: { task: Task }) {
  const ablo = useAblo();
  const held = useAblo((ablo) => ablo.tasks.claim.state({ id: task.id }));
  const { drafts, setDraft, refusals } = useDesk();
  const highlight = useHighlight(task);

  const holder = held ? participant(held.heldBy, held.participantKind) : undefined;
  const refusal = refusals.get(task.id);
  const draft = drafts.get(task.id);

  function edit() {
    const { stamp } = ablo!.snapshot({ tasks: task.id });
    setDraft(task.id, { readAt: stamp, read: task.title, text: task.title });
  }

  return (
    <li
      ref={highlight}
      className="card"
      data-testid={`card-${task.id}`}
      data-held={held ? true : undefined}
      data-refused={refusal ? true : undefined}
      style={holder && ({ '--hue': holder.hue } as CSSProperties)}
      draggable={!held && !draft}
      onDragStart={(event) => drag(event, task.id)}
    >
      {draft ? (
        <TitleEditor task={task} draft={draft} held={!!held} />
      ) : (
        <button className="title" data-testid="title" disabled={!!held} onClick={edit}>
          {task.title}
        </button>
      )}
      {held && <Holder who={holder!} claim={held} />}
      {!held && !draft && <CardActions task={task} />}
      {refusal && <RefusalNotice task={task} refusal={refusal} />}
    </li>
  );
});
