// SPDX-License-Identifier: MIT
//
// TableChange: a transaction that may change tables others write to. Servers that start at once do it one after the other.
// Who waits for a table makes every write stand behind it: so it waits a second, then lets those pass who stand there, and
// tries again.
import { setTimeout } from 'node:timers/promises';
import { NamedError } from '../errors/named-error';
import type { Connection, Transaction } from './connection';

const kAttempts = 10;
const kLockTimeout = '1s';
const kPause = 1_000; // ms

/** `what` names it among servers, and in the error when somebody held a table all the while: `A push`. */
export async function changeTables<T>(
  connection: Connection, what: string, work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.transaction(async (transaction) => {
        await transaction.ask(`select pg_advisory_xact_lock(hashtextextended('ablo: ' || $1, 0))::text`, [what]);
        await transaction.run(`set local lock_timeout = '${kLockTimeout}'`);
        return work(transaction);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'row_locked') throw error;
      if (attempt === kAttempts) throw new NamedError('row_locked', held(what), { cause: error });
      await setTimeout(kPause);
    }
  }
}

const held = (what: string) => `${what} changes tables, and an open transaction holds one of them. End that transaction \
(pg_stat_activity shows it), then try again.`;
