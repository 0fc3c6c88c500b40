// SPDX-License-Identifier: MIT
//
// The server's own half of the database: the files of sql/, in an order in which each finds what it names. All of
// them may be run again; the comment on the schema `ablo` remembers which were, so that a start that changes nothing
// takes no locks, and a version that changes functions alone takes none of tables.
import { createHash } from 'node:crypto';
import type { Connection, Transaction } from './connection';
import { changeTables } from './table-change';
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

const installed = { name: 'ablo.installed', text: `select obj_description(to_regnamespace('ablo'), 'pg_namespace')` };

/** Of two servers that start at once the second finds nothing to do. */
export async function migrate(connection: Connection): Promise<void> {
  if ((await migrated(connection)) === 'current') return;
  await changeTables(connection, 'This version of Ablo', async (transaction) => {
    if ((await transaction.ask(installed.text)) !== version) await install(transaction);
  });
}

/** Runs all files, whatever is there. */
export async function install(transaction: Transaction): Promise<void> {
  for (const file of files) await transaction.run(file);
  await transaction.run(`comment on schema ablo is '${version}'`);
  await transaction.run('select ablo.seal()');
}

/** `none`: nothing of Ablo is in this database. `other`: another version of the package was here last. */
export async function migrated(connection: Connection): Promise<'none' | 'other' | 'current'> {
  const present = await connection.ask(installed, []);
  return present === null ? 'none' : present === version ? 'current' : 'other';
}
