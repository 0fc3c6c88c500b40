// SPDX-License-Identifier: MIT
//
// The database that a command talks to itself, without a server: the one of DATABASE_URL, or else the embedded one in
// .ablo while no `ablo dev` uses it. The caller closes it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { NamedError, openEmbedded, openPostgres, type Database } from '../../server/src/index';

export const databaseOptions = {
  url: { type: 'string', description: 'The database (default: DATABASE_URL, else --dir)', valueHint: 'postgres-url' },
  dir: { type: 'string', description: 'The directory of `ablo dev`', default: '.ablo' },
} as const;

export interface DatabaseArgs {
  url?: string;
  dir: string;
}

export interface OpenDatabase {
  database: Database;
  embedded: boolean;
}

/** `allowUnsafe`: also one that may lose confirmed writes in a crash. */
export async function openDatabase(args: DatabaseArgs, allowUnsafe = false): Promise<OpenDatabase> {
  const url = args.url || process.env['DATABASE_URL'];
  const directory = resolve(args.dir);
  if (!url && !existsSync(directory)) {
    const nowhere = `There is no database: DATABASE_URL is not set, and there is no ${directory}.`;
    throw new NamedError('database_unreachable', `${nowhere} Set it, or run \`npx ablo dev\` once.`);
  }
  if (url) return { database: await openPostgres(url, { allowUnsafe }), embedded: false };
  return { database: await openEmbedded(directory), embedded: true };
}
