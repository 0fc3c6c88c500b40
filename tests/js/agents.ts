// SPDX-License-Identifier: MIT
//
// Agents on a server of their own, for the tests of one file; all of it is gone when they have run.
import { after, before } from 'node:test';
import Ablo from '@abloatai/ablo';
import type { AnySchema } from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';

export function agentsOf<S extends AnySchema>(schema: S) {
  let server: TestServer;
  const ends: (() => unknown)[] = [];
  before(async () => {
    server = await testServer({ schema });
  });
  after(async () => {
    await Promise.all(ends.map((end) => end()));
    await server.close();
  });
  const open = (options: object) => {
    const client = Ablo({ schema, baseURL: server.url, logLevel: 'silent', ...options });
    ends.unshift(() => client.dispose());
    return client;
  };
  return {
    agent: (agentId: string) => open({ apiKey: server.apiKey, agentId }),
    /** Somebody with a session token. */
    person: (authToken: string) => open({ authToken }),
  };
}
