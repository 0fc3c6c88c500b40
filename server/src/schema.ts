// SPDX-License-Identifier: MIT
//
// SchemaInForce: the schema the hub, the database and every other server on it agree on. The database's newest row is in
// force; the hub follows it. A push is: plan (hub), provision (one transaction), then the hub. Pushes happen one at a time.
import type { Hub } from './hub/hub';
import type { Database } from './postgres/database';

export interface PushedSchema {
  version: number;
  hash: string;
  document: string;
}

export interface PushResult {
  version: number;
  hash: string;
  unchanged: boolean;
}

export class SchemaInForce {
  current: PushedSchema | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly hub: Hub,
    private readonly database: Database,
  ) {}

  /** Takes what the database has: at the start, and when another server may have pushed. */
  follow(): Promise<void> {
    return this.#next(async () => {
      const newest = await this.database.schema();
      if (!newest || newest.version === this.current?.version) return;
      this.hub.setSchema(newest.document);
      this.current = newest;
    });
  }

  push(document: string): Promise<PushResult> {
    return this.#next(async () => {
      const { hash, statements } = this.hub.plan(document);
      if (hash === this.current?.hash) return { version: this.current.version, hash, unchanged: true };
      const { version } = await this.database.provision(statements, document, hash);
      this.hub.setSchema(document);
      this.current = { version, hash, document };
      return { version, hash, unchanged: false };
    });
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
