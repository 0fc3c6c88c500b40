// SPDX-License-Identifier: MIT
//
// One task. While somebody else holds its row the card says who and what for, and its controls rest: a write would be
// refused anyway. A refused write is explained at the foot of the card.

import { memo, useState, type CSSProperties } from 'react';
import { useAblo } from '@abloatai/ablo/react';
import { CardActions } from './card-actions';
import { useHighlight } from './highlight';
import { Holder } from './holder';
import { drag } from './move';
import { participant } from './participant';
import { RefusalNotice } from './refusal-notice';
import { useRefusals } from './refusals';
import type { Task } from './task';
import { TitleEditor } from './title-editor';

export const Card = memo(function Card({ task }: { task: Task }) {
  const intents = useAblo((ablo) => ablo.intents.list({ resource: 'tasks', id: task.id })) ?? [];
  const { refusals } = useRefusals();
  const [editing, setEditing] = useState(false);
  const highlight = useHighlight(task);

  const held = intents.find((intent) => intent.status === 'active');
  const holder = held && participant(held.heldBy, held.participantKind);
  const refusal = refusals.get(task.id);

  return (
    <li
      ref={highlight}
      className="card"
      data-testid={`card-${task.id}`}
      data-held={held ? true : undefined}
      data-refused={refusal ? true : undefined}
      style={holder && ({ '--hue': holder.hue } as CSSProperties)}
      draggable={!held && !editing}
      onDragStart={(event) => drag(event, task.id)}
    >
      {editing ? (
        <TitleEditor task={task} held={!!held} onDone={() => setEditing(false)} />
      ) : (
        <button className="title" data-testid="title" disabled={!!held} onClick={() => setEditing(true)}>
          {task.title}
        </button>
      )}
      {held && <Holder who={holder!} intent={held} waiting={intents.length - 1} />}
      {!held && !editing && <CardActions task={task} />}
      {refusal && <RefusalNotice task={task} refusal={refusal} />}
    </li>
  );
});
