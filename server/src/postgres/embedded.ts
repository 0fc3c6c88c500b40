// SPDX-License-Identifier: MIT
//
// The Postgres in this process: PGlite, with its files in `data` of a directory that is locked for us. It has one
// session, of a superuser; every call enters as ablo_app for its own transaction (sql/enter.sql), and calls wait for
// each other. What it confirmed survives a kill of the process, but not a power loss: the command that starts it says
// so.
import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NamedError } from '../errors/named-error';
import type { Connection, Parameter, Statement, Transaction } from './connection';
import { namedFailure } from './database-error';
import { lockDirectory } from './directory-lock';

export class EmbeddedConnection implements Connection {
  private constructor(
    private readonly directory: string,
    private readonly postgres: PGlite,
    private readonly unlock: () => void,
  ) {}

  static async open(directory: string): Promise<EmbeddedConnection> {
    const { PGlite } = await load();
    let unlock = () => {};
    try {
      unlock = lockDirectory(directory);
      const data = join(directory, 'data');
      const unfinished = `${data}.unfinished`; // is there while the files are made: what a kill left half made is made again
      if (existsSync(unfinished)) await rm(data, { recursive: true, force: true });
      const isNew = !existsSync(data);
      if (isNew) await writeFile(unfinished, '');
      const loadDataDir = isNew ? await template() : undefined;
      const postgres = await PGlite.create({ dataDir: data, loadDataDir });
      if (isNew) await rm(unfinished);
      return new EmbeddedConnection(directory, postgres, unlock);
    } catch (error) {
      unlock();
      if (error instanceof NamedError) throw error;
      const place = `The embedded database in ${directory} cannot be opened (${(error as Error).message}).`;
      const what = `${place} Give another directory with --dir.`;
      throw new NamedError('database_unreachable', what, { cause: error });
    }
  }

  async ask(statement: Statement, parameters: readonly Parameter[]): Promise<string | null> {
    try {
      return first(await this.postgres.query(statement.text, [...parameters], { rowMode: 'array' }));
    } catch (error) {
      throw namedFailure(error, this.directory);
    }
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.postgres.transaction((inner) => work(transactionOn(inner)));
    } catch (error) {
      throw namedFailure(error, this.directory);
    }
  }

  async close(): Promise<void> {
    try {
      await this.postgres.close();
    } finally {
      this.unlock();
    }
  }
}

async function load(): Promise<typeof import('@electric-sql/pglite')> {
  try {
    return await import('@electric-sql/pglite');
  } catch (error) {
    const what = 'The embedded database is not installed. `npm install @electric-sql/pglite`, or set DATABASE_URL.';
    throw new NamedError('database_unreachable', what, { cause: error });
  }
}

/** The files of a fresh database, made by scripts/embedded-template.mjs. Without them initdb is run, which takes longer. */
async function template(): Promise<Blob | undefined> {
  const places = ['./', '../'].map((from) => fileURLToPath(new URL(`${from}pglite-template.tar.gz`, import.meta.url)));
  const file = places.find((place) => existsSync(place));
  return file === undefined ? undefined : new Blob([await readFile(file)], { type: 'application/x-gzip' });
}

function transactionOn(inner: PGliteTransaction): Transaction {
  return {
    async run(sql) {
      await inner.exec(sql);
    },
    ask: async (sql, parameters = []) => first(await inner.query(sql, [...parameters], { rowMode: 'array' })),
  };
}

function first({ rows }: { rows: unknown[] }): string | null {
  return ((rows[0] as unknown[] | undefined)?.[0] ?? null) as string | null;
}
