// SPDX-License-Identifier: MIT
//
// provision: makes a schema the one in force, in one transaction with everything it needs of the database. It waits
// for nobody longer than five seconds: a push that stands in line behind a long transaction would make every write
// stand behind the push. It tries again instead, five times.
import { createHash } from 'node:crypto';
import type { Connection } from './connection';

const kAttempts = 5;
const kLockTimeout = '5s';

export interface PushedSchema {
  version: number;
  hash: string;
  document: string;
}

export interface Provisioned {
  version: number;
  /** False: it was in force already, with the same plan. */
  changed: boolean;
}

type SchemaInForce = PushedSchema & { plan: string };

export const schemaInForce = { name: 'ablo.schema', text: 'select ablo.schema_in_force()::text' };

export async function provision(
  connection: Connection, statements: readonly string[], document: string, hash: string,
): Promise<Provisioned> {
  const plan = createHash('sha256').update(statements.join('\0')).digest('hex');
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.transaction(async (transaction) => {
        await transaction.run(`set local lock_timeout = '${kLockTimeout}'`);
        await transaction.run(`select pg_advisory_xact_lock(hashtextextended('ablo.provision', 0))`);
        const present = JSON.parse((await transaction.ask(schemaInForce.text)) ?? 'null') as SchemaInForce | null;
        if (present?.hash === hash && present.plan === plan) return { version: present.version, changed: false };
        for (const statement of statements) await transaction.run(statement);
        const version = await transaction.ask('select ablo.record_schema($1, $2, $3)::text', [document, hash, plan]);
        return { version: Number(version), changed: true };
      });
    } catch (error) {
      if (attempt === kAttempts || (error as { code?: string }).code !== 'row_locked') throw error;
    }
  }
}
