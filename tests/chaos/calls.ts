// SPDX-License-Identifier: MIT
//
// Calls: writes of one client, one after the other, and how each of them ended. Keys count up in the order of the calls.
import type { AbloError } from '@abloatai/ablo';
import { timeOfDay } from './clock';
import type { Invoke, Work } from './event';
import type { History } from './history';

/** What is written down of a call beside its key. */
export type Wanted = { work: Work; id: string } & Pick<Invoke, 'readAt' | 'claim'>;

export class Calls {
  #calls = 0;

  constructor(private readonly name: string, private readonly history: History) {}

  /** Of a task; resolves when it ended, one way or the other. */
  async run({ work, id, readAt, claim }: Wanted, write: (key: string) => Promise<unknown>): Promise<void> {
    const key = `${this.name}:${++this.#calls}`;
    const say = this.history.record.bind(this.history, this.name);
    const rows = [{ model: 'tasks', id: work === 'book' ? key : id }];
    say({ kind: 'invoke', key, work, operations: 1, rows, readAt, claim });
    try {
      await write(key);
      say({ kind: 'ok', key });
    } catch (error) {
      const { code } = error as AbloError;
      say({ kind: code === 'commit_no_result' ? 'info' : 'fail', key, code });
      if (claim !== undefined && code === 'claim_lost') say({ kind: 'told lost', claim, at: timeOfDay() });
    }
  }
}
