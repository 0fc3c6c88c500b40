// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/source/drizzle: a Data Source over a database of Drizzle's, in Postgres. Tables and columns are those
// the schema names.
import { sql } from 'drizzle-orm';
import type { AnySchema } from '../schema/types';
import { sourceAdapter } from './adapter';
import type { Run } from './ledger';
import { sqlRows } from './sql-rows';
import type { SourceAdapter } from './types';

interface Executes {
  execute(query: any): PromiseLike<unknown>;
}
export interface DrizzleDatabase extends Executes {
  transaction<T>(work: (inside: any) => Promise<T>): Promise<T>;
}

export function drizzleDataSource(db: DrizzleDatabase, schema: AnySchema): SourceAdapter {
  const over = (where: Executes) => ({ run: runIn(where), rows: sqlRows(runIn(where)) });
  return sourceAdapter(schema, {
    ...over(db),
    transaction: (work) => db.transaction((inside: Executes) => work(over(inside))),
  });
}

/** `$1` and its like become parameters of Drizzle's own. Drivers give rows, or an object that has them. */
function runIn(db: Executes): Run {
  return async (statement, ...parameters) => {
    const parts = statement.split(/\$(\d+)/);
    const chunks = parts.map((part, at) => (at % 2 ? sql.param(parameters[Number(part) - 1]) : sql.raw(part)));
    const result = (await db.execute(sql.join(chunks))) as Record<string, any>[] | { rows: Record<string, any>[] };
    return 'rows' in result ? result.rows : [...result];
  };
}
