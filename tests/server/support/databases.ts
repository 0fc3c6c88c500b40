// SPDX-License-Identifier: MIT
//
// Both databases a server can have, with a schema in force, spoken to as the hub does: by functions and JSON.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { randomUUID } from 'node:crypto';
import { after, before, describe } from 'node:test';
import { startPostgres, type PostgresCluster } from '../../support/postgres';
import { usual, type PostgresVersion } from '../../support/postgres-version';

export const schema = {
  document: {
    v: 3,
    models: {
      tasks: {
        fields: {
          title: { type: 'string' },
          status: { type: 'enum', enumValues: ['todo', 'doing', 'done'], hasDefault: true },
          count: { type: 'number', isOptional: true },
          done: { type: 'boolean', isOptional: true },
          due: { type: 'date', isOptional: true },
          extra: { type: 'json', isOptional: true },
        },
      },
      notes: {
        whileClaimed: { user: 'overwrite', agent: 'refuse' },
        fields: { text: { type: 'string' }, taskId: { type: 'string', isOptional: true, isIndexed: true } },
      },
    },
  },
};

export type Answer = Record<string, any>;
export interface Operation {
  op: 'create' | 'update' | 'delete' | 'archive' | 'unarchive';
  model: string;
  id: string;
  data?: object;
}

/** Operations on tasks, for short. */
export const makeTask = (id: string, data: object = {}): Operation =>
  ({ op: 'create', model: 'tasks', id, data: { title: 'x', status: 'todo', ...data } });
export const setTask = (id: string, data: object): Operation => ({ op: 'update', model: 'tasks', id, data });
export const dropTask = (id: string): Operation => ({ op: 'delete', model: 'tasks', id });

/** One organization, and the session of one user in it; `as` gives others. */
export class Tenant {
  constructor(
    readonly server: TestServer,
    readonly organization = `org-${randomUUID()}`,
    readonly actor = { kind: 'user', id: 'ann' },
    readonly session: string = randomUUID(),
  ) {}

  as(id: string, session: string = randomUUID()): Tenant {
    return new Tenant(this.server, this.organization, { kind: 'agent', id }, session);
  }

  async call(fn: string, input: object): Promise<Answer> {
    return JSON.parse(await this.server.database.call(fn, this.organization, JSON.stringify(input))) as Answer;
  }

  /** A commit as the hub sends it, under a key of its own. */
  asked(operations: Operation[], more: object = {}): Answer {
    const { actor, session } = this;
    const { readAt, onStale = 'reject', ...rest } = more as { readAt?: number; onStale?: string };
    const premises =
      readAt === undefined || onStale === 'force'
        ? []
        : operations.flatMap(({ op, model, id, data }, operation) => {
            const fields = op === 'update' ? { fields: Object.keys(data ?? {}) } : {};
            return op === 'create' ? [] : [{ model, id, readAt, onStale, operation, ...fields }];
          });
    const asked = { key: randomUUID(), attempt: 1, issuedAt: Date.now(), actor, session, operations };
    return { ...asked, ...(premises.length > 0 && { premises }), ...rest };
  }

  async batch(commits: Answer[], more: object = {}): Promise<Answer[]> {
    return ((await this.call('commit', { commits, ...more })) as { receipts: Answer[] }).receipts;
  }

  async commit(operations: Operation[], more: object = {}): Promise<Answer> {
    return (await this.batch([this.asked(operations, more)]))[0]!;
  }

  create(model: string, id: string, data: object = {}): Promise<Answer> {
    return this.commit([{ op: 'create', model, id, data }]);
  }

  update(model: string, id: string, data: object, more: object = {}): Promise<Answer> {
    return this.commit([{ op: 'update', model, id, data }], more);
  }

  /** A task to work on; the seq it was created at. */
  async task(id = 't1', data: object = { title: 'Write', status: 'todo' }): Promise<number> {
    return (await this.create('tasks', id, data)).seq as number;
  }

  async row(model: string, id: string): Promise<Answer | undefined> {
    return ((await this.call('load', { full: true })).models[model] as Answer[]).find((row) => row.id === id);
  }

  async log(after = 0): Promise<Answer[]> {
    return (await this.call('changes', { after })).changes as Answer[];
  }

  /** The log as it is kept: with what nobody is told. */
  async entries(after = 0): Promise<Answer[]> {
    const statement = `select json_agg(l order by l.seq) from ablo.log l where l.organization = $1 and l.seq > ${after}`;
    return (await this.call('read', { statement })).rows as Answer[];
  }

  async claims(): Promise<Answer[]> {
    return (await this.call('load', { full: false })).claims as Answer[];
  }

  claim(id: string, more: object = {}): Promise<Answer> {
    const { actor, session } = this;
    const asked = { claim: randomUUID(), model: 'tasks', id, ttl: 60_000, action: 'editing', wait: true };
    return this.call('claim', { ...asked, actor, session, ...more });
  }

  release(claim: Answer): Promise<Answer> {
    return this.call('release', { claim: claim.id, actor: this.actor });
  }
}

/** Runs the tests once on PGlite and once on Postgres. */
export function onEachDatabase(tests: (tenant: () => Tenant) => void): void {
  describe('on PGlite', () => {
    let server: TestServer;
    before(async () => void (server = await testServer({ schema })));
    after(() => server?.close());
    tests(() => new Tenant(server));
  });
  onPostgres((tenant) => tests(tenant));
}

export function onPostgres(tests: (tenant: () => Tenant, cluster: () => PostgresCluster) => void): void {
  describe('on Postgres', () => onVersion(usual, tests));
}

/** Runs the tests on Debian's Postgres and on the newest there is. */
export function onEachPostgres(tests: (tenant: () => Tenant, cluster: () => PostgresCluster) => void): void {
  describe("on Debian's Postgres", () => onVersion('debian', tests));
  describe('on the newest Postgres', () => onVersion('newest', tests));
}

function onVersion(version: PostgresVersion, tests: Parameters<typeof onPostgres>[0]): void {
  let cluster: PostgresCluster;
  let server: TestServer;
  before(async () => {
    cluster = await startPostgres(['max_prepared_transactions = 5'], version);
    server = await testServer({ schema, databaseUrl: cluster.url });
  });
  after(async () => {
    await server?.close();
    await cluster?.stop();
  });
  tests(() => new Tenant(server), () => cluster);
}
