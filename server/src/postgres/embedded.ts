// SPDX-License-Identifier: MIT
//
// The Postgres in this process: PGlite, with its files in `data` of a directory that is locked for us. It has one
// session, of a superuser; every call enters as ablo_app for its own transaction (sql/enter.sql), and calls wait for
// each other. What it confirmed survives a kill of the process, but not a power loss: the command that starts it says
// so.
import type { PGlite, Transaction as PGliteTransaction } from '@electric-sql/pglite';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
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
      if (!existsSync(data)) await makeFiles(PGlite, data);
      const postgres = await PGlite.create({ dataDir: data });
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

/** The files of a fresh database. Made under another name: what a kill left half made is made again. */
async function makeFiles(embedded: typeof PGlite, data: string): Promise<void> {
  const unfinished = `${data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const files = await template();
  if (files) await unpack(files, unfinished);
  else await (await embedded.create({ dataDir: unfinished })).close(); // initdb, which takes longer
  await rename(unfinished, data);
}

/** The files of a tar, as PGlite dumps them: with short names, and each after its directory. Nobody else may read them. */
async function unpack(tar: Buffer, to: string): Promise<void> {
  const text = (from: number, most: number) => tar.toString('latin1', from, from + most).split('\0', 1)[0]!;
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (let at = 0; tar[at]; ) {
    const [name, size] = [join(to, text(at, 100)), parseInt(text(at + 124, 12), 8) || 0];
    if (text(at + 156, 1) === '5') await mkdir(name, { mode: 0o700 });
    else await writeFile(name, tar.subarray(at + 512, at + 512 + size), { mode: 0o600 });
    at += 512 * (1 + Math.ceil(size / 512));
  }
}

/** Made by scripts/embedded-template.mjs. */
async function template(): Promise<Buffer | undefined> {
  const places = ['./', '../'].map((from) => fileURLToPath(new URL(`${from}pglite-template.tar.gz`, import.meta.url)));
  const file = places.find((place) => existsSync(place));
  return file === undefined ? undefined : promisify(gunzip)(await readFile(file));
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
