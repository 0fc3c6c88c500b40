// SPDX-License-Identifier: MIT
//
// Readers: clients that write nothing, so that what they show is what was confirmed and nothing besides. One stays,
// and is looked at whenever the accounts change; visitors come while everything happens, load everything, and go
// again.
import { setTimeout as pause } from 'node:timers/promises';
import type { History } from './history';
import { essence, models } from './workspace';
import { connect, type Client, type Place } from './writer';

const kVisit = 1_000; // ms
const kSmall = models.filter((model) => model !== 'notes' && model !== 'tasks');

export class Reader {
  readonly client: Client;
  #stop = () => {};

  constructor(
    readonly name: string,
    private readonly place: Place,
    private readonly history: History,
  ) {
    this.client = connect(name, place, history);
  }

  run(): void {
    this.#stop = this.client.accounts.onChange(() => look(this.name, this.client, this.history, kSmall));
  }

  stop(): void {
    this.#stop();
  }

  /** One visitor after the other, for as long as it is wanted. */
  async visits(wanted: () => boolean): Promise<void> {
    for (let visit = 1; wanted(); visit++) {
      const name = `${this.name}-visitor-${visit}`;
      const client = connect(name, this.place, this.history);
      try {
        await client.ready();
        look(name, client, this.history, models);
        await pause(kVisit);
        look(name, client, this.history, models);
      } catch {
        // it came while the server was away, for longer than it waits
      } finally {
        await client.dispose();
      }
    }
  }
}

/** What a client shows, and up to which place of the log that is. */
function look(name: string, client: Client, history: History, of: readonly string[]): void {
  const { stamp: seq } = client.snapshot({});
  for (const model of of) {
    const rows = client.model(model as 'notes').getAll().map((row) => essence(model, row as never));
    history.record(name, { kind: 'view', seq, model, rows });
  }
}
