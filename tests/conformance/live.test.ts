// SPDX-License-Identifier: MIT
//
// The cases that need a server, against a live one on each of its databases, through the package as it is published.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { after, before, describe, test } from 'node:test';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { topics } from './case';
import { LiveCase, schema } from './live-case';

function playAll(server: () => TestServer): void {
  for (const { topic, cases } of topics) {
    const live = cases.filter(({ needs }) => needs === 'server');
    describe(topic, () => {
      for (const one of live) test(one.name, () => LiveCase.play(server(), one));
    });
  }
}

describe('on PGlite', () => {
  let server: TestServer;
  before(async () => void (server = await testServer({ schema })));
  after(() => server?.close());
  playAll(() => server);
});

describe('on Postgres', () => {
  let cluster: PostgresCluster;
  let server: TestServer;
  before(async () => {
    cluster = await startPostgres();
    server = await testServer({ schema, databaseUrl: cluster.url });
  });
  after(async () => {
    await server?.close();
    await cluster?.stop();
  });
  playAll(() => server);
});
