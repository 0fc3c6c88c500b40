// SPDX-License-Identifier: MIT
//
// Outsider: somebody with SQL, who asks for nothing: opens and closes tasks that others book by, and writes what is claimed.
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random';
import { kOrganization } from './stage';
import { owners, seeded } from './workspace';

const kEvery = 400; // ms, at most

export class Outsider {
  /** What it has written, as far as it knows. */
  writes = 0;
  #over = false;
  readonly #done: Promise<void>;

  constructor(private readonly url: string, private readonly random: Random) {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      const client = new pg.Client({ connectionString: this.url });
      client.on('error', () => {});
      try {
        await client.connect();
        while (!this.#over) {
          await client.query(...this.#write());
          this.writes += 1;
          await pause(this.random.below(kEvery));
        }
      } catch {
        await pause(100); // it was killed, and is on its way back
      } finally {
        await client.end().catch(() => {});
      }
    }
  }

  #write(): [string, unknown[]] {
    const { random } = this;
    switch (random.below(3)) {
      case 0:
        return [
          `insert into tasks (organization_id, id, title, owner_id, status)
           values ($1, 'foreign-' || gen_random_uuid(), 'foreign', $2, 'open')`,
          [kOrganization, random.pick(owners)],
        ];
      case 1:
        return [`update tasks set status = 'done' where owner_id = $1 and status = 'open'`, [random.pick(owners)]];
      default:
        return [`update tasks set notes = 'foreign ' || gen_random_uuid() where id = $1`, [random.pick(seeded.tasks)]];
    }
  }
}
