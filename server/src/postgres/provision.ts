// SPDX-License-Identifier: MIT
//
// provision: makes a schema the one in force, in one transaction with everything it needs of the database. A schema that
// is in force already costs a look at whether everything it needs is still there (sql/check.sql); what is not is repaired.
// A dry run does all of it that does not read whole tables, and undoes it.
import { createHash } from 'node:crypto';
import { findings, type Finding } from './check';
import type { Connection, Transaction } from './connection';
import { install } from './migration';
import { changeTables } from './table-change';

export interface PushedSchema {
  version: number;
  hash: string;
  document: string;
}

export interface Provisioned {
  version: number;
  /** False: it was in force already, with the same plan. */
  changed: boolean;
  /** What was missing although it was in force, in sentences. */
  repaired: string[];
  /** What tables that were there before have more or less than they had: `tasks: + trigger ablo_insert`. */
  changes: string[];
}

class DryRun extends Error {
  constructor(readonly result: Provisioned) {
    super('A dry run is undone.');
  }
}

type SchemaInForce = PushedSchema & { plan: string };

export const schemaInForce = { name: 'ablo.schema', text: 'select ablo.schema_in_force()::text' };

export async function provision(
  connection: Connection, statements: readonly string[], document: string, hash: string, dryRun: boolean,
): Promise<Provisioned> {
  const plan = createHash('sha256').update(statements.join('\0')).digest('hex');
  try {
    return await changeTables(connection, 'A push', async (transaction) => {
      if (dryRun) await transaction.run(`set local ablo.dry_run = '{}'`);
      const inForce = JSON.parse((await transaction.ask(schemaInForce.text)) ?? 'null') as SchemaInForce | null;
      const present = inForce?.hash === hash && inForce.plan === plan ? inForce.version : undefined;
      const earlier = await transaction.ask('select ablo.present()::text');
      const repaired = present === undefined ? [] : await repair(transaction, statements);
      if (present === undefined) await prepare(transaction, statements);
      const changes = JSON.parse((await transaction.ask('select ablo.changed_since($1)::text', [earlier]))!) as string[];
      const version = present ?? Number(await transaction.ask('select ablo.record_schema($1, $2, $3)::text', [document, hash, plan]));
      const result = { version, changed: present === undefined, repaired, changes };
      if (dryRun) throw new DryRun(result);
      return result;
    });
  } catch (error) {
    if (error instanceof DryRun) return error.result;
    throw error;
  }
}

async function prepare(transaction: Transaction, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await transaction.run(statement);
  await transaction.run('select ablo.seal()');
}

/** What it repaired. What is left is not for us to change, and for `ablo check` to say. */
async function repair(transaction: Transaction, statements: readonly string[]): Promise<string[]> {
  const look = async () => JSON.parse((await transaction.ask(findings.text))!) as Finding[];
  const broken = await look();
  if (!broken.some(({ kind }) => kind === 'schema' || kind === 'role')) return [];
  await install(transaction);
  await prepare(transaction, statements);
  const left = new Set((await look()).map(({ what }) => what));
  return broken.map(({ what }) => what).filter((what) => !left.has(what));
}
