// SPDX-License-Identifier: MIT
//
// The server's sockets: how a caller gets in, how each kind of nonsense is refused by name, and how the server goes
// away.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { schema } from './support/schema';
import { Wire } from './support/wire';

let server: TestServer;
let hash: string;
before(async () => {
  server = await testServer({ schema, origins: ['https://board.example'] });
  ({ hash } = (await server.database.schema())!);
});
after(() => server?.close());

async function sessionToken(id: string, ttlSeconds = 900): Promise<string> {
  const response = await fetch(`${server.url}/api/auth/ephemeral-keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.apiKey}` },
    body: JSON.stringify({ user: { id }, ttlSeconds }),
  });
  return ((await response.json()) as { token: string }).token;
}

function create(title: string): object {
  return {
    type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(),
    operations: [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title, status: 'todo' } }],
  };
}

describe('a socket', () => {
  test('is welcomed with who it is, and the token is not echoed', async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    assert.equal(wire.ws.protocol, 'ablo.v1');
    wire.hello(hash);
    const welcome = await wire.next('welcome');
    assert.equal(welcome.organization, server.organization);
    assert.equal(welcome.actor.kind, 'system');
    assert.deepEqual((await wire.next('loaded')).models.tasks, []);
    wire.ws.close();
  });

  test('sees what another one writes', async () => {
    const join = async (id: string) => Wire.open(server.url, await sessionToken(id));
    const [anna, ben] = await Promise.all(['anna', 'ben'].map(join));
    for (const wire of [anna!, ben!]) {
      wire.hello(hash);
      await wire.next('loaded');
    }
    anna!.send(create('write it down'));
    assert.equal((await anna!.next('receipt')).status, 'confirmed');
    const { changes } = await ben!.next('changes');
    assert.equal(changes[0].row.title, 'write it down');
    assert.deepEqual(changes[0].actor, { kind: 'user', id: 'anna' });
    anna!.ws.close();
    ben!.ws.close();
  });

  test('is answered when it pings', async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    wire.hello(hash);
    await wire.next('loaded');
    wire.send({ type: 'ping' });
    await wire.next('pong');
    wire.ws.close();
  });
});

describe('a caller is refused by name', () => {
  async function refusal(wire: Wire): Promise<[string, number]> {
    const { error } = await wire.next('error');
    return [error.code, (await wire.closed).code];
  }

  test('without a token', async () => {
    assert.deepEqual(await refusal(await Wire.open(server.url)), ['apikey_missing', 4001]);
  });

  test('with a token nobody made', async () => {
    assert.deepEqual(await refusal(await Wire.open(server.url, 'nonsense')), ['apikey_invalid', 4001]);
  });

  test('with a session that is over', async () => {
    const token = await sessionToken('anna', 1);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    assert.deepEqual(await refusal(await Wire.open(server.url, token)), ['session_expired', 4001]);
  });

  test('when its session ends while it is connected', async () => {
    const wire = await Wire.open(server.url, await sessionToken('anna', 2));
    wire.hello(hash);
    await wire.next('loaded');
    assert.equal((await wire.closed).code, 4001);
  });

  test('when its key is revoked while it is connected', async () => {
    const { createSecretKey } = await import('@abloatai/ablo/server');
    const key = await createSecretKey(server.database, { organization: server.organization });
    const wire = await Wire.open(server.url, key.token);
    wire.hello(hash);
    await wire.next('loaded');
    await server.database.revokeCredential(key.id);
    assert.deepEqual(await refusal(wire), ['apikey_revoked', 4001]);
  });

  for (const origin of ['https://evil.example', 'null', 'https://board.example.evil.example']) {
    test(`from a page of ${origin}`, async () => {
      const wire = await Wire.open(server.url, server.apiKey, { origin });
      assert.deepEqual(await refusal(wire), ['origin_forbidden', 4003]);
    });
  }

  test('but not from a page that is allowed', async () => {
    const wire = await Wire.open(server.url, server.apiKey, { origin: 'https://board.example' });
    wire.hello(hash);
    await wire.next('welcome');
    wire.ws.close();
  });

  test('with a protocol of another version', async () => {
    const wire = await Wire.open(server.url, 'sk_test_secret', { protocols: ['ablo.token.sk_test_secret', 'ablo.v0'] });
    assert.equal(wire.ws.protocol, 'ablo.v0'); // never the token
    assert.equal((await refusal(wire))[0], 'protocol_version_unsupported');
  });

  test('at another place', async () => {
    await assert.rejects(Wire.open(`${server.url}/elsewhere`, server.apiKey), /404/);
  });

  test('with another schema', async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    wire.hello('0000000000000000');
    assert.deepEqual(await refusal(wire), ['schema_mismatch', 4010]);
  });
});

describe('nonsense is refused by name, and the server goes on', () => {
  const nonsense: [string, (wire: Wire) => void, string][] = [
    ['text that is not JSON', (wire) => wire.ws.send('{"type":'), 'invalid_json'],
    ['JSON that is no message', (wire) => wire.ws.send('[]'), 'invalid_request'],
    ['a message nobody knows', (wire) => wire.send({ type: 'dance' }), 'invalid_request'],
    ['bytes', (wire) => wire.ws.send(randomBytes(64)), 'invalid_request'],
    ['a frame of 2 MiB', (wire) => wire.ws.send('x'.repeat(2 << 20)), 'request_too_large'],
    ['JSON too deep', (wire) => wire.ws.send('['.repeat(5_000) + ']'.repeat(5_000)), 'request_too_large'],
  ];
  for (const [what, send, code] of nonsense) {
    test(what, async () => {
      const wire = await Wire.open(server.url, server.apiKey);
      wire.hello(hash);
      await wire.next('loaded');
      send(wire);
      assert.equal((await wire.next('error')).error.code, code);
      assert.equal((await wire.closed).code, 4009);
    });
  }

  test('a commit before hello', async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    wire.send(create('too early'));
    assert.equal((await wire.next('error')).error.code, 'invalid_request');
    assert.equal((await wire.closed).code, 4009);
  });

  test('silence', async () => {
    const wire = await Wire.open(server.url, server.apiKey);
    const began = Date.now();
    assert.equal((await wire.closed).code, 1001); // a page that only slept comes back
    assert.ok(Date.now() - began < 8_000);
  });

  after(async () => {
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });
});

test('a server that is stopped answers what is under way, then sends everybody away for a while', async () => {
  const own = await testServer({ schema });
  const wire = await Wire.open(own.url, own.apiKey);
  wire.hello(hash);
  await wire.next('loaded');
  wire.send(create('just in time'));
  await new Promise((resolve) => setTimeout(resolve, 20)); // it has reached the server
  await own.close();
  assert.equal((await wire.next('receipt')).status, 'confirmed');
  assert.equal((await wire.closed).code, 1001);
  await assert.rejects(fetch(`${own.url}/healthz`));
});
