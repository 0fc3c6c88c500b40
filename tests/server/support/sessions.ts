// SPDX-License-Identifier: MIT
//
// Connections to one database whose transactions are stepped by hand. Nobody sleeps until the others are where they
// should be: whether they wait for a lock is asked.
import { readFileSync } from 'node:fs';
import { afterEach, before } from 'node:test';
import pg from 'pg';
import type { PostgresCluster } from '../../support/postgres';
import { until } from '../../support/until';

export class Sessions {
  readonly #open: pg.Client[] = [];
  constructor(private readonly url: () => string) {}

  async open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url(), options: '-c deadlock_timeout=50ms' });
    await client.connect();
    this.#open.push(client);
    return client;
  }

  /** Runs statements in a transaction of their own; the one value that the last of them gives. */
  async ask<T = unknown>(...statements: string[]): Promise<T> {
    const client = await this.open();
    const text = ['begin', ...statements, 'commit'].join('; ');
    const results = (await client.query({ text, rowMode: 'array' })) as unknown as pg.QueryArrayResult<[T]>[];
    return results.at(-2)!.rows[0]?.[0] as T;
  }

  /** Opens one, with a transaction in which these statements were run. */
  async begin(...statements: string[]): Promise<pg.Client> {
    const client = await this.open();
    await client.query(['begin', ...statements].join('; '));
    return client;
  }

  /** Until so many statements in this database wait for a lock. */
  async waiting(n: number): Promise<void> {
    const client = await this.open();
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(`${n} wait for a lock`, async () => (await client.query(waiting)).rowCount! >= n);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((client) => client.end()));
  }
}

/** For the tests around it: a database with functions to try out (a file of this directory), and the one that Ablo is in. */
export function triedBesideOurs(file: string, cluster: () => PostgresCluster): { tried: Sessions; ours: Sessions } {
  let url: string;
  const tried = new Sessions(() => url);
  const ours = new Sessions(() => cluster().url);
  before(async () => {
    url = await cluster().createDatabase('tried');
    await cluster().psql(readFileSync(new URL(file, import.meta.url), 'utf8'), 'tried');
  });
  afterEach(() => Promise.all([tried.close(), ours.close()]));
  return { tried, ours };
}
