// SPDX-License-Identifier: MIT
//
// Database: what the server asks of Postgres (docs/internals/database.md). What it decides, it decides in SQL, each
// call in one statement and so in one transaction; here are only the names of the functions and the shapes of what
// people pass.
import type { Bus } from '../bus/bus';
import { postgresBus, type Listener } from '../bus/postgres-bus';
import { check, type Finding } from './check';
import type { Connection } from './connection';
import { EmbeddedConnection } from './embedded';
import { migrate } from './migration';
import { PostgresConnection, type PostgresOptions } from './postgres';
import { provision, schemaInForce, type Provisioned, type PushedSchema } from './provision';
import type { Credential, ListedKey, NewCredential } from './credential';
import { NamedError } from '../errors/named-error';

export interface Database {
  /** One of the functions the hub calls; `input` and the answer are JSON. */
  call(fn: string, organization: string, input: string): Promise<string>;
  /** `{organization: seq}` as JSON. Claims that are over are expired on the way. */
  heads(organizations: readonly string[]): Promise<string>;
  /** Takes some entries off a log that has older ones than that; whether there may be more of them. */
  trim(days: number): Promise<boolean>;
  /** Brings the server's own tables and functions up to this version. Costs one question when they are. */
  migrate(): Promise<void>;
  /** Makes a schema the one in force. `statements` are the hub's plan for it. A dry run only says what would happen. */
  provision(statements: readonly string[], document: string, hash: string, dryRun: boolean): Promise<Provisioned>;
  schema(): Promise<PushedSchema | undefined>;
  /** What is missing for it to be relied on. Changes nothing. */
  check(): Promise<Finding[]>;
  ensureOrganization(id: string, name?: string): Promise<void>;
  createCredential(credential: NewCredential): Promise<{ id: string; expiresAt?: number }>;
  /** False: there is no such credential. */
  revokeCredential(id: string): Promise<boolean>;
  /** Which of these credentials were revoked. */
  revoked(ids: readonly string[]): Promise<string[]>;
  /** The keys of an organization, newest first; session tokens are not among them. */
  keys(organization: string): Promise<ListedKey[]>;
  /** Whose credential has this hash, expired and revoked ones included. */
  identify(hash: string): Promise<Credential | undefined>;
  /** How servers on this database tell each other that a log has grown; the embedded one has only one. */
  readonly bus: Bus | undefined;
  /** Its connections, if it has more than one. */
  pool?(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export type { Credential, Finding, ListedKey, NewCredential, PostgresOptions, Provisioned, PushedSchema };

const functions = new Set([
  'commit', 'load', 'read', 'changes', 'claim', 'claims', 'release', 'reorder', 'renew', 'heartbeat', 'other_schema',
]);

/** A Postgres of version 15 or newer. Throws when it cannot be used. */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  return databaseOn(await PostgresConnection.open(url, options));
}

/** A Postgres in this process, in a directory that belongs to it alone. */
export async function openEmbedded(directory: string): Promise<Database> {
  return databaseOn(await EmbeddedConnection.open(directory));
}

function databaseOn(connection: Connection): Database {
  const ask = (fn: string, text: string, ...parameters: Parameters<Connection['ask']>[1]) =>
    connection.ask({ name: `ablo.${fn}`, text }, parameters);
  const json = async <T>(text: Promise<string | null>) => (JSON.parse((await text) ?? 'null') ?? undefined) as T;

  return {
    async call(fn, organization, input) {
      if (!functions.has(fn)) throw new NamedError('internal_error', `There is no function ${fn} to call.`);
      return (await ask(fn, `select ablo.${fn}($1, $2)::text`, organization, input))!;
    },
    heads: async (organizations) => (await ask('heads', 'select ablo.heads($1)::text', organizations))!,
    trim: async (days) => (await ask('trim', `select ablo.trim($1 * interval '1 day')::text`, days)) === 'true',
    migrate: () => migrate(connection),
    provision: (statements, document, hash, dryRun) => provision(connection, statements, document, hash, dryRun),
    schema: () => json(connection.ask(schemaInForce, [])),
    check: () => check(connection),
    async ensureOrganization(id, name) {
      await ask('ensure_organization', 'select ablo.ensure_organization($1, $2)::text', id, name ?? null);
    },
    createCredential: (credential) =>
      json(ask('create_credential', 'select ablo.create_credential($1)::text', JSON.stringify(credential))),
    revokeCredential: (id) => json(ask('revoke_credential', 'select ablo.revoke_credential($1)::text', id)),
    revoked: (ids) => json(ask('revoked', 'select ablo.revoked($1)::text', ids)),
    keys: (organization) => json(ask('keys', 'select ablo.keys($1)::text', organization)),
    identify: (hash) => json(ask('identify', 'select ablo.identify($1)::text', hash)),
    bus: connection.listen && postgresBus(connection as Listener),
    pool: connection.pool?.bind(connection),
    close: () => connection.close(),
  };
}
