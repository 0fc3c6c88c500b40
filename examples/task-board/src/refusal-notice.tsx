// SPDX-License-Identifier: MIT
//
// Why a write did not happen, in words, and what can be done now. The card above it already shows the fresh row: the
// core took the refused change back. Every refusal offers to leave it at that, or to try again in a way that fits it.

import { useState } from 'react';
import { AbloClaimedError, AbloStaleContextError, type WriteOptions } from '@abloatai/ablo';
import { useAblo } from '@abloatai/ablo/react';
import { useDesk, type Refusal } from './desk';
import { Icon } from './icon';
import { participant } from './participant';
import type { Task } from './task';

export function RefusalNotice({ task, refusal }: { task: Task; refusal: Refusal }) {
  const ablo = useAblo()!;
  const { attempt, dismiss } = useDesk();
  const [waiting, setWaiting] = useState(false);
  const { error } = refusal;

  const again = (options?: WriteOptions) => attempt(task.id, refusal.attempt, options);

  /** Stands in line for the row and writes when it is this page's turn. */
  async function writeWhenFree() {
    setWaiting(true);
    await using _ = await ablo.tasks.claim({ id: task.id, action: 'saving' });
    await again();
  }

  return (
    <div className="refusal" role="alert" data-testid="refusal" data-error={error.name}>
      <p className="what">
        <Icon name="warn" />
        {headline(error)}
      </p>
      <p>{explain(refusal)}</p>
      <div className="buttons">
        <button className="primary" onClick={() => dismiss(task.id)} data-testid="use-fresh">
          Use the fresh row
        </button>
        {error instanceof AbloStaleContextError && (
          <button onClick={() => again({ onStale: 'force' })} data-testid="write-anyway">
            Write anyway
          </button>
        )}
        {error instanceof AbloClaimedError && (
          <button onClick={writeWhenFree} disabled={waiting} data-testid="write-when-free">
            {waiting ? 'Waiting in line…' : 'Write when it is free'}
          </button>
        )}
      </div>
      <code>{error.name}</code>
    </div>
  );
}

function headline(error: Error): string {
  if (error instanceof AbloStaleContextError) return 'Not saved: the row changed after you read it';
  if (error instanceof AbloClaimedError) return 'Not saved: somebody is working on this row';
  return 'Not saved';
}

function explain({ error, attempt }: Refusal): string {
  if (error instanceof AbloStaleContextError) {
    const newer = error.conflicts.map(({ actor, fields, seq }) => {
      const who = actor ? participant(actor.id, actor.kind).name : 'Somebody';
      return `${who} changed the ${fields?.join(' and the ') || 'row'} (at ${seq})`;
    });
    return `You wrote ${attempt.says} from what you had read at ${error.readAt}. Since then: ${newer.join('; ')}.`;
  }
  if (error instanceof AbloClaimedError) {
    const holder = error.claims[0];
    const who = holder ? participant(holder.heldBy, holder.participantKind).name : 'Somebody';
    return `${who} holds it${holder?.action ? ` (${holder.action})` : ''}, so ${attempt.says} was taken back.`;
  }
  return `${attempt.says}: ${error.message}`;
}
