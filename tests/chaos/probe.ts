// SPDX-License-Identifier: MIT
//
// Probe: looks at the log in the database itself, all the time. One statement says where the log ends and how many
// entries there are before; from time to time all of them, else the last few hundred.
import pg from 'pg';
import { setTimeout as pause } from 'node:timers/promises';
import type { History } from './history';

const kEvery = 20; // ms
const kBack = 300;
const kWhole = 100; // of so many looks one is at all of the log

const kLook = `select min(seq)::float8 as min, max(seq)::float8 as max, count(*)::float8 as count
  from ablo.log where organization = $1 and seq > $2`;

interface Look {
  min: number;
  max: number;
  count: number;
}

export class Probe {
  #over = false;
  readonly #done: Promise<void>;

  constructor(url: string, organization: string, history: History) {
    this.#done = this.#run(url, organization, history);
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#done;
  }

  async #run(url: string, organization: string, history: History): Promise<void> {
    let head = 0;
    while (!this.#over) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      try {
        await client.connect();
        for (let look = 0; !this.#over; look++) {
          const after = look % kWhole === 0 ? 0 : Math.max(0, head - kBack);
          const { rows } = await client.query<Look>(kLook, [organization, after]);
          const { min, max, count } = rows[0]!;
          if (count > 0) history.record('probe', { kind: 'probe', after, min, max, count });
          head = max ?? head;
          await pause(kEvery);
        }
      } catch {
        await pause(100); // it was killed, and is on its way back
      } finally {
        await client.end().catch(() => {});
      }
    }
  }
}
