// SPDX-License-Identifier: MIT
//
// Health: whether this server can do its work. What is known of the database is what its last calls came to; one that has said
// nothing for a while is asked, but not more often than every two seconds, however often somebody wants to know.
import { NamedError } from '../errors/named-error';
import type { Hub } from '../hub/hub';
import type { Database } from '../postgres/database';
import type { Outage } from './outage';

const kRecent = 5_000; // ms; the polls ask every two seconds
const kPatience = 1_000;
const kAgain = 2_000;

export class Health {
  #asked: Promise<void> | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly database: Database,
    private readonly outage: Outage,
  ) {}

  /** Throws by name what is missing. */
  async check(): Promise<void> {
    if (!this.hub.stands) throw new NamedError('api_unreachable', 'The core of this server stopped and is being built again.');
    if (this.outage.silence > kRecent) await (this.#asked ??= this.#ask());
  }

  async #ask(): Promise<void> {
    setTimeout(() => (this.#asked = undefined), kAgain).unref();
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_, reject) => {
      const silent = new NamedError('database_unreachable', `The database has not answered within ${kPatience} ms.`);
      late = setTimeout(() => reject(silent), kPatience);
    });
    try {
      await Promise.race([this.database.heads([]), patience]);
      this.outage.answered();
    } catch (error) {
      throw new NamedError('database_unreachable', undefined, { cause: error });
    } finally {
      clearTimeout(late);
    }
  }
}
