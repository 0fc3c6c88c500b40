// SPDX-License-Identifier: MIT
//
// SchemaInForce: the schema the hub, the database and every other server on it agree on. The database's newest row is
// in force; the hub follows it. A push is: plan (hub), provision (one transaction), then the hub. Pushes happen one
// at a time.
import type { Hub } from './hub/hub';
import type { Logger } from './observe/log';
import type { Database, PushedSchema } from './postgres/database';

export interface PushResult {
  version: number;
  hash: string;
  unchanged: boolean;
  /** What had been taken away from under it, in sentences. */
  repaired: string[];
  /** What tables that were there before have more or less than they had: `tasks: + trigger ablo_insert`. */
  changes: string[];
}

export class SchemaInForce {
  current: PushedSchema | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly hub: Hub,
    private readonly database: Database,
    private readonly log: Logger,
  ) {}

  /** Takes what the database has, and brings what was generated for it up to this version of the server. */
  async start(): Promise<void> {
    const stored = await this.database.schema();
    if (stored) await this.push(stored.document);
  }

  /** Takes what another server may have pushed. */
  follow(): Promise<void> {
    return this.#next(async () => {
      const newest = await this.database.schema();
      if (newest && newest.version !== this.current?.version) this.#take(newest);
    });
  }

  /** A dry run only says what would happen. */
  push(document: string, dryRun = false): Promise<PushResult> {
    return this.#next(async () => {
      const { hash, statements } = this.hub.plan(document);
      const { version, changed, repaired, changes } = await this.database.provision(statements, document, hash, dryRun);
      if (!dryRun && changes.length > 0) this.log.info({ changes }, 'tables that were there were changed');
      if (!dryRun && version !== this.current?.version) this.#take({ version, hash, document });
      return { version, hash, unchanged: !changed, repaired, changes };
    });
  }

  #take(schema: PushedSchema): void {
    this.hub.setSchema(schema.document);
    this.current = schema;
    this.log.info({ version: schema.version, hash: schema.hash }, 'a schema is in force');
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
