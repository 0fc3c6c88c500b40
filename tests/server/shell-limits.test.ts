// SPDX-License-Identifier: MIT
//
// What one connection may have under way, as the server was told to limit it, and how limits are told. The limits themselves
// are tested in tests/core/hub_limits_test.cpp.
import { Ablo } from '@abloatai/ablo';
import { kLimits, parseLimits } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { schema } from './support/schema';
import { Wire } from './support/wire';

test('a question too many is refused by name, and the connection goes on', async () => {
  await using server = await testServer({ schema, limits: { requests: 1 } });
  const wire = await Wire.open(server.url, server.apiKey);
  wire.hello((await server.database.schema())!.hash);
  await wire.next('loaded');
  for (const request of [1, 2]) wire.send({ type: 'query', request, model: 'tasks' });
  const answers = [await wire.next('answer'), await wire.next('answer')].sort((a, b) => a.request - b.request);
  assert.deepEqual(answers.map(({ error }) => error?.code), [undefined, 'too_much_unanswered']);
  wire.send({ type: 'ping' });
  await wire.next('pong');
  wire.ws.close();
});

test('more writes at once than the server takes are all confirmed, each once, and nobody is sent away', async () => {
  await using server = await testServer({ schema, limits: { commits: 20 } });
  const ablo = Ablo({ schema, apiKey: server.apiKey, baseURL: server.url, logLevel: 'silent' });
  await ablo.ready();
  const titles = Array.from({ length: 150 }, (_, i) => `task ${i}`);
  await Promise.all(titles.map((title) => ablo.tasks.create({ data: { title, status: 'todo' } })));
  const rows = await ablo.tasks.load({});
  assert.deepEqual(rows.map(({ title }) => title).sort(), [...titles].sort());
  const { resumes } = (await (await fetch(`${server.url}/healthz`)).json()) as { resumes: number };
  assert.equal(resumes, 0);
  await ablo.dispose();
});

test('limits are typed by name; one that is none, or no number, is refused by name', () => {
  assert.equal(parseLimits('sockets=5, commitsPerOrganization=100').sockets, 5);
  assert.equal(parseLimits('').sockets, kLimits.sockets);
  for (const text of ['socket=5', 'sockets', 'sockets=', 'sockets=many', 'sockets=-1', 'bodyBytes=9999999', '__proto__=1']) {
    assert.throws(() => parseLimits(text), { code: 'invalid_arguments' }, text);
  }
});

test('0 is no limit for whoever knocks, and is refused where nothing would be let through', async () => {
  await using server = await testServer({ schema, limits: { handshakes: 0, connections: 0, sockets: 0 } });
  (await Wire.open(server.url, server.apiKey)).ws.close();
  const documented = readFileSync(new URL('../../docs/reference/limits.md', import.meta.url), 'utf8');
  const needed = /cannot be 0: ([^.]*)\./.exec(documented)![1]!.match(/\w+(?=`)/g);
  const refused = Object.keys(kLimits).filter((name) => {
    try {
      return !parseLimits(`${name}=0`);
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'invalid_arguments');
      return true;
    }
  });
  assert.deepEqual(needed, refused);
});

test('every limit and its default is in the documentation', () => {
  const text = readFileSync(new URL('../../docs/reference/limits.md', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(kLimits)) {
    const row = new RegExp(`^\\| \`${name}\` \\| ([\\d,]+|none) `, 'm').exec(text)?.[1];
    assert.equal(row, value === 0 ? 'none' : value.toLocaleString('en'), name);
  }
});
