// SPDX-License-Identifier: MIT
//
// Writes that the server refused, by row. They live above the cards because a refused move takes its card back to the
// column it came from, and the explanation has to be there when it arrives. One refusal a row: a newer attempt replaces it.

import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import type { AbloError, WriteOptions } from '@abloatai/ablo';

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
  refusals: ReadonlyMap<string, Refusal>;
  /** Runs the attempt, waits for the server's word and keeps a refusal. Tells whether it was confirmed. */
  attempt(id: string, attempt: Attempt, options?: WriteOptions): Promise<boolean>;
  dismiss(id: string): void;
}

const DeskContext = createContext<Desk | null>(null);

export function Refusals({ children }: { children: ReactNode }) {
  const [refusals, setRefusals] = useState<ReadonlyMap<string, Refusal>>(new Map());

  const put = useCallback((id: string, refusal?: Refusal) => {
    setRefusals((before) => {
      if (!refusal && !before.has(id)) return before;
      const after = new Map(before);
      if (refusal) after.set(id, refusal);
      else after.delete(id);
      return after;
    });
  }, []);

  const desk = useMemo<Desk>(
    () => ({
      refusals,
      dismiss: put,
      async attempt(id, attempt, options) {
        put(id);
        try {
          await attempt.run({ wait: 'confirmed', ...options });
          return true;
        } catch (error) {
          put(id, { error: error as AbloError, attempt });
          return false;
        }
      },
    }),
    [refusals, put],
  );
  return <DeskContext value={desk}>{children}</DeskContext>;
}

export function useRefusals(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('useRefusals needs <Refusals> above it');
  return desk;
}
