// SPDX-License-Identifier: MIT
//
// A Postgres of its own, through a pool. Every statement has a name, so that each connection plans it once.
import pg from 'pg';
import { NamedError } from '../errors/named-error';
import type { Connection, Parameter, Statement, Transaction } from './connection';
import { namedFailure } from './database-error';
import { listen } from './listen';

const kConnections = 10;
const kConnectTimeout = 5_000; // ms
const kAnswerTimeout = 60_000; // ms; after it the connection is given up, and with it whatever it did
const kOldest = 150_000;

export interface PostgresOptions {
  /** How many connections at most. */
  connections?: number;
  /** Accepts a database that may lose confirmed writes in a crash (fsync or synchronous_commit is off). */
  allowUnsafe?: boolean;
}

export class PostgresConnection implements Connection {
  readonly #pool: pg.Pool;
  readonly #place: string;

  private constructor(
    private readonly url: string,
    connections: number,
  ) {
    try {
      if (!/^postgres(ql)?:\/\//i.test(url)) throw new TypeError('another scheme');
      const { host, port } = new pg.Client(url); // says where it would connect to; user and password stay inside
      this.#place = `${host}:${port}`;
      this.#pool = new pg.Pool({
        connectionString: url,
        max: connections,
        connectionTimeoutMillis: kConnectTimeout,
        query_timeout: kAnswerTimeout,
        keepAlive: true,
        application_name: 'ablo',
      });
    } catch {
      const example = 'DATABASE_URL looks like postgres://user:password@host:5432/name.';
      throw new NamedError('database_unreachable', `The address of the database cannot be read. ${example}`);
    }
    this.#pool.on('error', () => {}); // an idle connection broke; whoever needs one next gets another, or the error
  }

  static async open(url: string, options: PostgresOptions): Promise<PostgresConnection> {
    const connection = new PostgresConnection(url, options.connections ?? kConnections);
    try {
      await connection.#check(options.allowUnsafe ?? false);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async ask(statement: Statement, parameters: readonly Parameter[]): Promise<string | null> {
    try {
      return first(await this.#pool.query({ ...statement, values: [...parameters], rowMode: 'array' }));
    } catch (error) {
      throw namedFailure(error, this.#place);
    }
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    try {
      client = await this.#pool.connect();
      await client.query('begin');
      const result = await work(transactionOn(client));
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      client?.release(true); // closed, and so undone
      throw namedFailure(error, this.#place);
    }
  }

  listen(channel: string, heard: (message: string) => void): () => Promise<void> {
    const options = { connectionString: this.url, connectionTimeoutMillis: kConnectTimeout, keepAlive: true };
    return listen({ ...options, application_name: 'ablo listens' }, channel, heard);
  }

  pool(): { total: number; idle: number; waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { total, idle, waiting };
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #check(allowUnsafe: boolean): Promise<void> {
    const text = await this.ask({ name: 'ablo.settings', text: kSettings }, []);
    const [version, ...durability] = JSON.parse(text!) as [number, string, string];
    if (version < kOldest) {
      const found = `The Postgres at ${this.#place} is version ${Math.floor(version / 10_000)}.`;
      throw new NamedError('database_too_old', `${found} Postgres 15 or newer is needed.`);
    }
    if (!allowUnsafe && durability.includes('off')) throw new NamedError('database_unsafe');
  }
}

const kSettings = `select json_build_array(
  current_setting('server_version_num')::int, current_setting('fsync'), current_setting('synchronous_commit'))::text`;

function transactionOn(client: pg.PoolClient): Transaction {
  return {
    async run(sql) {
      await client.query(sql);
    },
    async ask(sql, parameters = []) {
      return first(await client.query({ text: sql, values: [...parameters], rowMode: 'array' }));
    },
  };
}

function first({ rows }: { rows: unknown[][] }): string | null {
  return (rows[0]?.[0] ?? null) as string | null;
}
