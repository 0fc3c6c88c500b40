// SPDX-License-Identifier: MIT
//
// Booker: a client that books a task for an owner, but only because none of theirs is open; if one is, it closes it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random';
import { Calls } from './calls';
import type { History } from './history';
import { owners } from './workspace';
import { connect, type Client, type Place } from './writer';

const kThinks = 60; // ms, at most

export class Booker {
  readonly client: Client;
  readonly #calls: Calls;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    place: Place,
    history: History,
    private readonly random: Random,
  ) {
    this.client = connect(name, place, history);
    this.#calls = new Calls(name, history);
  }

  run(): void {
    this.#running = this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #work(): Promise<void> {
    while (!this.#stopped) {
      await this.#turn(this.random.pick(owners));
      await pause(this.random.below(kThinks));
    }
  }

  async #turn(ownerId: string): Promise<void> {
    const { client } = this;
    const where = { ownerId, status: 'open' } as const;
    const seen = client.snapshot((ablo) => (ablo as Client).tasks.getAll({ where }));
    await pause(this.random.below(kThinks));
    const [open] = seen.value as readonly { id: string }[];
    if (open) {
      await this.#calls.run({ work: 'close', id: open.id }, (key) =>
        client.tasks.update(open.id, { status: 'done' }, { idempotencyKey: key, wait: 'confirmed' }),
      );
      return;
    }
    await this.#calls.run({ work: 'book', id: '', readAt: seen.stamp }, (key) => {
      const data = { title: 'booked', ownerId, status: 'open', seenAt: seen.stamp } as const;
      return client.tasks.create({ id: key, data, snapshot: seen, idempotencyKey: key, wait: 'confirmed' });
    });
  }
}
