// SPDX-License-Identifier: MIT
//
// The cases that need a server, against a live one on each of its databases, through the package as it is published.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { topics, type Case } from './case';
import { LiveCase, schema } from './live-case';
import { onlyScripted } from './live-limits';

describe('live', { concurrency: 2 }, () => {
  describe('on PGlite', { concurrency: 1 }, () => {
    let server: TestServer;
    before(async () => void (server = await testServer({ schema })));
    playAll(() => server);
    after(() => server?.close());
  });

  describe('on Postgres', { concurrency: 1 }, () => {
    let cluster: PostgresCluster;
    let server: TestServer;
    before(async () => {
      cluster = await startPostgres();
      server = await testServer({ schema, databaseUrl: cluster.url });
    });
    playAll(() => server);
    after(async () => {
      await server?.close();
      await cluster?.stop();
    });
  });
});

/**
 * Each case has an organization of its own, so a few are played at a time. Those that change nothing share one, if they are
 * given the same.
 */
function playAll(server: () => TestServer): void {
  const shared = new Map<string, Promise<LiveCase>>();
  after(async () => {
    for (const run of shared.values()) await (await run).end();
  });
  const begin = ({ given }: Case): Promise<LiveCase> => LiveCase.begin(server(), given);
  const share = (one: Case): Promise<LiveCase> => {
    const name = JSON.stringify(one.given);
    if (!shared.has(name)) shared.set(name, begin(one));
    return shared.get(name)!;
  };
  const play = async (one: Case): Promise<void> => {
    const changesNothing = one.steps?.every(({ error }) => error) ?? true;
    if (changesNothing) return (await share(one)).play(one);
    const run = await begin(one);
    await run.play(one).finally(() => run.end());
  };
  for (const { topic, cases } of topics) {
    describe(topic, { concurrency: 4 }, () => {
      for (const one of cases) if (one.needs === 'server') test(one.name, () => play(one));
    });
  }
}

describe('a case that needs a server', () => {
  const refuses = (sentence: RegExp, steps: object[], more: object = {}) =>
    assert.match(onlyScripted({ name: 'x', needs: 'server', steps, expect: {}, ...more } as Case) ?? '', sentence);
  const write = { write: [{ op: 'update', model: 'tasks', id: 't1', data: {} }], key: 'k1' };

  test('may not script the network', () => {
    refuses(/^frame: No live server does that/, [{ frame: { type: 'pong' } }]);
    refuses(/^confirm: /, [write, { confirm: 'k1' }]);
    refuses(/^deliver: /, [{ deliver: true }]);
    refuses(/^disconnect: .*1006/, [{ disconnect: 1001 }]);
    refuses(/^connect: .*resumes/, [{ disconnect: 1006 }, { connect: 'load' }]);
    refuses(/^foreign: .*hears/, [{ foreign: [], hold: true }]);
    refuses(/^answer: .*refuses nobody/, [{ load: { model: 'tasks' }, as: 'l' }, { answer: 'l', error: 'permission_denied' }]);
  });

  test('may expect something to be under way only right after it began', () => {
    const pending = { settled: { k1: 'pending' } };
    assert.equal(onlyScripted({ name: 'x', needs: 'server', steps: [write, { expect: pending }], expect: {} }), undefined);
    refuses(/^expect: Nobody knows/, [write], { expect: pending });
    refuses(/^expect: Nobody knows/, [write, { foreign: [] }, { expect: pending }]);
    refuses(/^expect: Nobody knows/, [write], { expect: { pending: 1 } });
  });
});
