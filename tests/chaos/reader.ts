// SPDX-License-Identifier: MIT
//
// Reader: one client that writes nothing, so that what it shows is what was confirmed and nothing besides. It notes down
// the accounts and lists that it is shown, whenever they change.
import type { Row } from './event';
import type { History } from './history';
import { connect, type Client, type Place } from './writer';

export class Reader {
  readonly client: Client;
  #stops: (() => void)[] = [];

  constructor(
    readonly name: string,
    place: Place,
    private readonly history: History,
  ) {
    this.client = connect(name, place, history);
  }

  run(): void {
    this.#stops = [
      this.client.accounts.onChange((rows) => {
        this.history.record(this.name, { kind: 'view', model: 'accounts', rows: rows.map(({ id, balance }): Row => ({ id, balance })) });
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}
