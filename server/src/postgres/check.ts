// SPDX-License-Identifier: MIT
//
// check: what is missing for the database to do what it is relied on for. What that is, sql/check.sql decides; it is asked
// only where it is of this version of the package, and nothing is changed by asking.
import type { Connection } from './connection';
import { migrated } from './migration';

export interface Finding {
  /** A push repairs what is of the schema, and of the role if it may. */
  kind: 'schema' | 'role' | 'column' | 'setting';
  /** One sentence. */
  what: string;
  /** A command, or a statement of SQL, or what to do in words. */
  next: string;
}

export const findings = { name: 'ablo.check', text: 'select ablo.check()::text' };

export async function check(connection: Connection): Promise<Finding[]> {
  switch (await migrated(connection)) {
    case 'none':
      return [{ kind: 'schema', what: 'Nothing of Ablo is in this database.', next: 'npx ablo serve, then npx ablo push' }];
    case 'other':
      return [{ kind: 'schema', what: 'Another version of Ablo set this database up.', next: 'restart the server' }];
    case 'current':
      return JSON.parse((await connection.ask(findings, []))!) as Finding[];
  }
}
