// SPDX-License-Identifier: MIT
//
// A database that somebody had before us: its owner is no superuser, and others may do what they were granted. Ablo comes
// to it as its owner.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { PostgresCluster } from '../../support/postgres';
import { schema, Tenant } from './databases';

export class Adopted implements AsyncDisposable {
  server!: TestServer;

  private constructor(
    private readonly cluster: PostgresCluster,
    readonly name: string,
  ) {}

  /** `tables` are made by the owner before anything of Ablo is there; then the schema is pushed. */
  static async create(cluster: PostgresCluster, tables: string): Promise<Adopted> {
    const adopted = new Adopted(cluster, `adopted_${randomUUID().slice(0, 8)}`);
    await cluster.psql(`do $$ begin
      if to_regrole('keeper') is null then create role keeper login; grant ablo_app to keeper; end if;
      if to_regrole('cron') is null then create role cron login; end if;
    end $$`);
    await cluster.createDatabase(adopted.name);
    await cluster.psql(`alter database ${adopted.name} owner to keeper`);
    await adopted.as('keeper', tables);
    adopted.server = await testServer({ schema, databaseUrl: adopted.url('keeper') });
    return adopted;
  }

  url(role: string): string {
    return this.cluster.url.replace('postgres@', `${role}@`).replace(/postgres$/, this.name);
  }

  tenant(): Tenant {
    return new Tenant(this.server);
  }

  /** Runs statements in a session of this role; the rows that the last of them gives. */
  async as(role: string, sql: string): Promise<unknown[][]> {
    const client = new pg.Client(this.url(role));
    await client.connect();
    try {
      const results = (await client.query({ text: sql, rowMode: 'array' })) as unknown as { rows: unknown[][] };
      return [results].flat().at(-1)!.rows;
    } finally {
      await client.end();
    }
  }

  /** The log after a server looked for what was left to be logged. */
  async log(ann: Tenant, after = 0): Promise<(string | null)[]> {
    await this.server.database.heads([ann.organization]);
    return (await ann.log(after)).map(({ op, model, id, after: row }) => `${op} ${model}/${id} ${row?.title ?? ''}`.trim());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}
