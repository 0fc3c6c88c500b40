// SPDX-License-Identifier: MIT
//
// Who waits for a row, in the order they will have it.

import type { CSSProperties } from 'react';
import type { Intent } from '@abloatai/ablo';
import { Avatar } from './avatar';
import { participant } from './participant';

export function Line({ waiting }: { waiting: readonly Intent[] }) {
  return (
    <ol className="line" data-testid="line" aria-label={`${waiting.length} waiting`}>
      {waiting.map(({ id, heldBy, participantKind }) => {
        const who = participant(heldBy, participantKind);
        return (
          <li key={id} style={{ '--hue': who.hue } as CSSProperties}>
            <Avatar of={who} />
            <b>{who.name}</b>
          </li>
        );
      })}
    </ol>
  );
}
