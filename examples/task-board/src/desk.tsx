// SPDX-License-Identifier: MIT
//
// What lies on this person's desk, by row: titles they are editing, and writes of theirs that were refused. It lies
// above the cards because a card moves: when somebody else takes it to another column, the half-written title goes
// along, and a refused move finds its explanation where it came from. One draft and one refusal a row.

import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import type { AbloError, WriteOptions } from '@abloatai/ablo';

/** A title being edited: what was read, at which stamp, and what has been typed so far. */
export interface Draft {
  readonly readAt: number;
  readonly read: string;
  text: string;
}

/** Something a person tried to do to a row, told in a few words and able to run again. */
export interface Attempt {
  says: string;
  run(options: WriteOptions): Promise<unknown>;
}

export interface Refusal {
  error: AbloError;
  attempt: Attempt;
}

interface Desk {
  drafts: ReadonlyMap<string, Draft>;
  /** Puts a draft on the desk, or takes the row's draft away. */
  setDraft(id: string, draft?: Draft): void;
  refusals: ReadonlyMap<string, Refusal>;
  /** Runs the attempt, waits for the server's word and keeps a refusal. A newer attempt replaces it. */
  attempt(id: string, attempt: Attempt, options?: WriteOptions): Promise<void>;
  dismiss(id: string): void;
}

const DeskContext = createContext<Desk | null>(null);

export function DeskProvider({ children }: { children: ReactNode }) {
  const [drafts, setDraft] = useEntries<Draft>();
  const [refusals, setRefusal] = useEntries<Refusal>();

  const desk = useMemo<Desk>(
    () => ({
      drafts,
      setDraft,
      refusals,
      dismiss: setRefusal,
      async attempt(id, attempt, options) {
        setRefusal(id);
        try {
          await attempt.run({ wait: 'confirmed', ...options });
        } catch (error) {
          setRefusal(id, { error: error as AbloError, attempt });
        }
      },
    }),
    [drafts, setDraft, refusals, setRefusal],
  );
  return <DeskContext value={desk}>{children}</DeskContext>;
}

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useDesk needs <DeskProvider> above it');
  return desk;
}

/** A map as state: `set(id)` without a value removes the entry. */
function useEntries<T>(): [ReadonlyMap<string, T>, (id: string, value?: T) => void] {
  const [entries, setEntries] = useState<ReadonlyMap<string, T>>(new Map());
  const set = useCallback((id: string, value?: T) => {
    setEntries((before) => {
      if (value === undefined && !before.has(id)) return before;
      const after = new Map(before);
      if (value === undefined) after.delete(id);
      else after.set(id, value);
      return after;
    });
  }, []);
  return [entries, set];
}
