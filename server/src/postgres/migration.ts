// SPDX-License-Identifier: MIT
//
// The server's own half of the database: the files of sql/, in an order in which each finds what it names. All of
// them may be run again; the comment on the schema `ablo` remembers which were, so that a start that changes nothing
// takes no locks. A version that changes functions alone takes none of tables; one that changes a table waits a second for
// it, and then lets those pass who wait behind it, before it tries again.
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { NamedError } from '../errors/named-error';
import type { Connection, Transaction } from './connection';
import sentences from './sql/sentences.sql';
import tables from './sql/tables.sql';
import enter from './sql/enter.sql';
import refusal from './sql/refusal.sql';
import keys from './sql/keys.sql';
import line from './sql/line.sql';
import judge from './sql/judge.sql';
import commit from './sql/commit.sql';
import retention from './sql/retention.sql';
import claim from './sql/claim.sql';
import reads from './sql/reads.sql';
import capture from './sql/capture.sql';
import credentials from './sql/credentials.sql';
import schema from './sql/schema.sql';
import check from './sql/check.sql';

const files = [
  tables, sentences, enter, refusal, keys, line, judge, commit, retention, claim, reads, capture, credentials, schema,
  check,
];
const version = `ablo ${createHash('sha256').update(files.join('\0')).digest('hex')}`;

const kAttempts = 10;
const kLockTimeout = '1s';
const kPause = 1_000; // ms

const installed = `select obj_description(to_regnamespace('ablo'), 'pg_namespace')`;

/** Two servers that start at once migrate one after the other, and the second finds nothing to do. */
export async function migrate(connection: Connection): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.transaction(async (transaction) => {
        const present = () => transaction.ask(installed);
        if ((await present()) === version) return;
        await transaction.run(`select pg_advisory_xact_lock(hashtextextended('ablo.migrate', 0))`);
        if ((await present()) === version) return;
        await transaction.run(`set local lock_timeout = '${kLockTimeout}'`);
        await install(transaction);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== 'row_locked') throw error;
      if (attempt === kAttempts) throw new NamedError('row_locked', kHeld, { cause: error });
      await setTimeout(kPause);
    }
  }
}

const kHeld = `This version of Ablo changes its own tables, and an open transaction holds one of them. End that transaction \
(pg_stat_activity shows it), then start again.`;

/** Runs all files, whatever is there. */
export async function install(transaction: Transaction): Promise<void> {
  for (const file of files) await transaction.run(file);
  await transaction.run(`comment on schema ablo is '${version}'`);
  await transaction.run('select ablo.seal()');
}

/** `none`: nothing of Ablo is in this database. `other`: another version of the package was here last. */
export async function migrated(connection: Connection): Promise<'none' | 'other' | 'current'> {
  const present = await connection.ask({ name: 'ablo.installed', text: installed }, []);
  return present === null ? 'none' : present === version ? 'current' : 'other';
}
