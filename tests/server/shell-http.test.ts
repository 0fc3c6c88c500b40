// SPDX-License-Identifier: MIT
//
// The server over HTTP: who is let in, what is refused by which name, and what a session token is.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { request as httpRequest } from 'node:http';
import { mintKey } from '@abloatai/ablo/server';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { schema } from './support/schema';

let server: TestServer;
before(async () => (server = await testServer({ schema, origins: ['https://board.example'] })));
after(() => server?.close());

interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

async function ask(path: string, { key = server.apiKey, method = 'GET', body, headers = {} }: {
  key?: string; method?: string; body?: unknown; headers?: Record<string, string>;
} = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const sent = { ...(key && { authorization: `Bearer ${key}` }), ...headers };
  const response = await fetch(server.url + path, { method, body: text, headers: sent });
  return { status: response.status, headers: response.headers, body: await response.json().catch(() => undefined) };
}

function session(body: object, key?: string): Promise<Answer> {
  return ask('/api/auth/ephemeral-keys', { method: 'POST', body, key });
}

test('a healthy server says so without a key', async () => {
  const { status, body } = await ask('/healthz', { key: '' });
  assert.equal(status, 200);
  assert.equal(body.status, 'ok');
  assert.equal(body.schema.version, 1);
});

describe('who is let in', () => {
  const refused: [string, () => string, string][] = [
    ['without a key', () => '', 'apikey_missing'],
    ['with something that is no key', () => 'letmein', 'apikey_invalid'],
    ['with a key cut short', () => server.apiKey.slice(0, -3), 'apikey_invalid'],
    ['with a well-formed key nobody made', () => mintKey('sk').token, 'apikey_invalid'],
  ];
  for (const [how, key, code] of refused) {
    test(`${how}: ${code}`, async () => {
      const answer = await ask('/api/schema', { key: key() });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.code, code);
      assert.equal(answer.body.type, 'AbloAuthenticationError');
      assert.equal(answer.body.request_id, answer.headers.get('x-request-id'));
    });
  }

  test('a secret key is the organization itself', async () => {
    const { body } = await ask('/v1/auth/identity');
    assert.equal(body.participantKind, 'system');
    assert.equal(body.organizationId, server.organization);
    assert.deepEqual(body.syncGroups, [`org:${server.organization}`]);
  });
});

describe('session tokens', () => {
  test('belong to one user and end within 15 minutes', async () => {
    const made = await session({ user: { id: 'anna' } });
    assert.equal(made.status, 200);
    assert.match(made.body.token, /^ek_test_/);
    assert.equal(made.body.object, 'session');
    const left = new Date(made.body.expiresAt).getTime() - Date.now();
    assert.ok(left > 800_000 && left <= 901_000, `${left} ms left`);

    const { body } = await ask('/api/auth/identity', { key: made.body.token });
    assert.equal(body.participantKind, 'user');
    assert.equal(body.participantId, 'anna');
  });

  test('are not made with a session token', async () => {
    const { body } = await session({ user: { id: 'anna' } });
    const refused = await session({ user: { id: 'eve' } }, body.token);
    assert.equal(refused.status, 403);
    assert.equal(refused.body.code, 'permission_denied');
  });

  test('do not push schemas', async () => {
    const { body } = await session({ user: { id: 'anna' } });
    const refused = await ask('/api/schema', { method: 'POST', key: body.token, body: { schema: schema.document } });
    assert.equal(refused.body.code, 'permission_denied');
  });

  test('are refused when they are over', async () => {
    const { body } = await session({ user: { id: 'anna' }, ttlSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const refused = await ask('/api/auth/identity', { key: body.token });
    assert.equal(refused.status, 401);
    assert.equal(refused.body.code, 'session_expired');
  });

  for (const userMeta of [{ name: 'half \ud800' }, { '\udc00': 1 }, ['\0']]) {
    test(`are not made with ${JSON.stringify(userMeta)}, which the database cannot keep`, async () => {
      const { status, body } = await session({ user: { id: 'anna' }, userMeta });
      assert.deepEqual([status, body.code], [400, 'invalid_json']);
    });
  }

  const user = { id: 'a' };
  for (const body of [{}, { user: {} }, { user: { id: '' } }, { user, ttlSeconds: 901 }, { user, syncGroups: 'x' }]) {
    test(`are not made from ${JSON.stringify(body)}`, async () => {
      assert.equal((await session(body)).body.code, 'invalid_request');
    });
  }
});

describe('the schema', () => {
  test('pushed again is unchanged', async () => {
    const { body } = await ask('/v1/schema', { method: 'POST', body: { schema: schema.document } });
    assert.equal(body.unchanged, true);
    assert.equal(body.version, 1);
  });

  test('can be read', async () => {
    const { body } = await ask('/api/v1/schema');
    assert.equal(body.active, true);
    assert.deepEqual(Object.keys(body.schema.models), ['tasks']);
  });

  test('that makes no sense is refused, and the one before stays', async () => {
    const nonsense = { v: 3, models: { 'no spaces': { fields: {} } } };
    const refused = await ask('/api/schema', { method: 'POST', body: { schema: nonsense } });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.code, 'invalid_schema');
    assert.equal((await ask('/api/schema')).body.version, 1);
  });
});

describe('what is not a request', () => {
  test('an unknown route is named', async () => {
    const { status, body } = await ask('/api/nothing');
    assert.equal(status, 404);
    assert.equal(body.code, 'route_not_found');
  });

  test('a body that is not JSON', async () => {
    assert.equal((await ask('/api/schema', { method: 'POST', body: '{"schema":' })).body.code, 'invalid_json');
  });

  test('a body of 2 MiB', async () => {
    const { status, body } = await ask('/api/schema', { method: 'POST', body: { schema: 'x'.repeat(2 << 20) } });
    assert.equal(status, 413);
    assert.equal(body.code, 'request_too_large');
  });

  test('the request id of the caller comes back', async () => {
    const { headers } = await ask('/healthz', { headers: { 'x-request-id': 'mine-1' } });
    assert.equal(headers.get('x-request-id'), 'mine-1');
  });
});

describe('pages', () => {
  const origins: [string, boolean][] = [
    ['https://board.example', true],
    ['https://board.example:8443', false],
    ['http://board.example', false],
    ['https://board.example.evil.example', false],
    ['https://BOARD.example', false],
    ['null', false],
  ];
  for (const [origin, allowed] of origins) {
    test(`of ${origin} ${allowed ? 'may' : 'may not'} call`, async () => {
      const { status, headers, body } = await ask('/api/schema', { headers: { origin } });
      assert.equal(status, allowed ? 200 : 403);
      assert.equal(headers.get('access-control-allow-origin'), allowed ? origin : null);
      if (!allowed) assert.equal(body.code, 'origin_forbidden');
    });
  }

  test('are answered when they ask first', async () => {
    const page = { origin: 'https://board.example' };
    const { status, headers } = await ask('/api/auth/identity', { method: 'OPTIONS', headers: page });
    assert.equal(status, 204);
    assert.match(headers.get('access-control-allow-headers') ?? '', /authorization/);
  });
});

describe('on a development machine', () => {
  let dev: TestServer;
  before(async () => (dev = await testServer({ schema, dev: true })));
  after(() => dev?.close());

  /** fetch() sets Host itself. */
  function identity(headers: Record<string, string>): Promise<{ status: number; body: any }> {
    return new Promise((resolve, reject) => {
      httpRequest({ port: dev.port, host: '127.0.0.1', path: '/api/auth/identity', headers }, async (response) => {
        let text = '';
        for await (const part of response) text += part;
        resolve({ status: response.statusCode!, body: JSON.parse(text) });
      }).on('error', reject).end();
    });
  }

  test('a page of this machine needs no key, and is the same guest every time', async () => {
    const headers = { host: `localhost:${dev.port}`, origin: 'http://localhost:3000', 'user-agent': 'Browser/1' };
    const first = await identity(headers);
    assert.equal(first.status, 200);
    assert.match(first.body.participantId, /^guest-[0-9a-f]{4}$/);
    assert.equal((await identity(headers)).body.participantId, first.body.participantId);
  });

  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'null' },
    { host: 'rebound.example' },
  ];
  for (const headers of foreign) {
    test(`${JSON.stringify(headers)} is refused`, async () => {
      const { status, body } = await identity(headers);
      assert.equal(status, 403);
      assert.equal(body.code, 'origin_forbidden');
    });
  }
});
