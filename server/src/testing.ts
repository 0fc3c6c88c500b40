// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/testing: a whole server for one test: an embedded database in a directory of its own, a free port, a
// key. Nothing of it is left after close().
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kDefaultOrganization } from './identity/identity';
import { createSecretKey } from './identity/secret-key';
import { createLogger } from './observe/log';
import { openEmbedded, openPostgres, type Database } from './postgres/database';
import { startServer, type RunningServer, type ServerOptions } from './start';

export interface TestServerOptions extends Pick<ServerOptions, 'origins' | 'port' | 'dev' | 'limits' | 'proxies' | 'metrics' | 'logger'> {
  /** What defineSchema() gave. Without it no schema is in force. */
  schema?: { readonly document: object };
  /** A Postgres to use in place of the embedded one. It is not cleaned up. */
  databaseUrl?: string;
}

export interface TestServer extends RunningServer, AsyncDisposable {
  database: Database;
  organization: string;
  /** A secret key of the organization. */
  apiKey: string;
}

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { schema, databaseUrl, port = 0, logger = createLogger({ level: 'silent' }), ...rest } = options;
  const directory = databaseUrl === undefined ? await mkdtemp(join(tmpdir(), 'ablo-test-')) : undefined;
  let database: Database | undefined;
  let server: RunningServer | undefined;
  const close = async () => {
    await server?.close();
    await database?.close();
    if (directory) await rm(directory, { recursive: true, force: true });
  };
  try {
    database = directory ? await openEmbedded(directory) : await openPostgres(databaseUrl!);
    await database.migrate();
    const { token } = await createSecretKey(database, { organization: kDefaultOrganization });
    server = await startServer({ ...rest, database, port, logger });
    if (schema) await server.pushSchema(JSON.stringify(schema.document));
    const own = { database, organization: kDefaultOrganization, apiKey: token, close, [Symbol.asyncDispose]: close };
    return { ...server, ...own };
  } catch (error) {
    await close();
    throw error;
  }
}
