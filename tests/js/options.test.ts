// SPDX-License-Identifier: MIT
//
// What a client refuses to be made with. A browser is a scope with a window, a worker one with WorkerGlobalScope.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { normalBaseURL, readOptions } from '../../js/src/client/options';
import type { AbloOptions } from '../../js/src/client/types';
import { defineSchema, model, z } from '../../js/src/schema/index';

const schema = defineSchema({ tasks: model({ title: z.string() }) });
const url = 'postgres://somebody:secret@db/app';
const scope = globalThis as Record<string, unknown>;
const { env } = process;

function pretend(name: 'window' | 'WorkerGlobalScope'): void {
  scope[name] = {};
}

afterEach(() => {
  delete scope['window'];
  delete scope['WorkerGlobalScope'];
  process.env = env;
});

describe('a database address in a browser', () => {
  const ways: Record<string, () => AbloOptions> = {
    'as it is': () => ({ databaseUrl: url }),
    'with everything else allowed': () => ({ databaseUrl: url, dangerouslyAllowBrowser: true }),
    'as an empty text': () => ({ databaseUrl: '' }),
    'spread from a configuration': () => ({ ...{ schema, ...{ databaseUrl: url } } }),
    inherited: () => Object.create({ databaseUrl: url }) as AbloOptions,
    'not enumerable': () => Object.defineProperty({}, 'databaseUrl', { value: url }),
    'behind a getter': () => ({
      get databaseUrl() {
        return url;
      },
    }),
    'behind a proxy that hides its keys': () =>
      new Proxy(
        {},
        { get: (_, name) => (name === 'databaseUrl' ? url : undefined), has: () => false, ownKeys: () => [] },
      ),
    'of a class': () =>
      new (class {
        databaseUrl = url;
      })(),
    'as something that is no text': () => ({ databaseUrl: new URL(url) as never }),
  };
  for (const place of ['window', 'WorkerGlobalScope'] as const) {
    for (const [how, options] of Object.entries(ways)) {
      test(`throws in a ${place}, ${how}`, () => {
        pretend(place);
        assert.throws(() => readOptions(options()), {
          name: 'AbloAuthenticationError',
          code: 'browser_database_url_blocked',
        });
      });
    }
  }

  test('that is first absent and then there is never seen', () => {
    pretend('window');
    let reads = 0;
    const options = {
      schema,
      get databaseUrl() {
        return ++reads === 1 ? undefined : url;
      },
    };
    const settings = readOptions(options);
    assert.equal(reads, 1);
    assert.ok(
      !JSON.stringify(settings, (key, value) => (key === 'fetch' || key === 'logger' ? undefined : value)).includes(
        'somebody',
      ),
    );
  });

  test('that was replaced by nothing at build time is none', () => {
    pretend('window');
    assert.equal(readOptions({ schema, databaseUrl: undefined }).error, undefined);
    assert.equal(readOptions({ schema, databaseUrl: null }).error, undefined);
  });

  test('of the environment is not looked up', () => {
    process.env = { ABLO_DATABASE_URL: url, ABLO_API_KEY: 'sk_test_x', ABLO_URL: 'https://elsewhere.example' };
    pretend('window');
    const { error, credential, baseURL } = readOptions({ schema });
    assert.deepEqual(
      { error, credential, baseURL },
      { error: undefined, credential: { endpoint: '/api/ablo-session', endpointOptional: true }, baseURL: undefined },
    );
  });

  test('does not matter to a process that is no browser, but is not taken either', () => {
    assert.equal(readOptions({ schema, databaseUrl: url }).error?.code, 'invalid_options');
    process.env = { ABLO_DATABASE_URL: url };
    assert.match(readOptions({ schema }).error!.message, /ablo serve/);
    process.env = { DATABASE_URL: url };
    assert.equal(readOptions({ schema }).error, undefined);
  });

  test('is refused also where there is no process', () => {
    pretend('window');
    const { process: own } = globalThis;
    delete scope['process'];
    try {
      assert.throws(() => readOptions({ databaseUrl: url }), { code: 'browser_database_url_blocked' });
      assert.equal(readOptions({ schema }).error, undefined);
    } finally {
      scope['process'] = own;
    }
  });
});

describe('a secret key in a browser', () => {
  test('throws, as a key or as a token', () => {
    pretend('window');
    for (const options of [{ apiKey: 'sk_live_x' }, { apiKey: ' sk_test_x' }, { authToken: 'sk_test_x' }]) {
      assert.throws(() => readOptions({ schema, ...options }), { code: 'browser_apikey_blocked' });
    }
  });

  test('is taken when that is allowed by name, and other keys always are', () => {
    pretend('window');
    assert.deepEqual(readOptions({ schema, apiKey: 'sk_test_x', dangerouslyAllowBrowser: true }).credential, {
      token: 'sk_test_x',
    });
    assert.deepEqual(readOptions({ schema, apiKey: 'pk_test_x' }).credential, { token: 'pk_test_x' });
    assert.throws(() => readOptions({ schema, apiKey: 'sk_test_x', dangerouslyAllowBrowser: 'yes' as never }), {
      code: 'browser_apikey_blocked',
    });
  });
});

test('outside of a browser the environment fills in what was not said', () => {
  process.env = { ABLO_API_KEY: 'sk_test_env', ABLO_URL: 'ws://localhost:9000/' };
  const settings = readOptions({ schema });
  assert.deepEqual(settings.credential, { token: 'sk_test_env' });
  assert.equal(settings.baseURL, 'http://localhost:9000');
  assert.equal(settings.defaultWait, 'confirmed');
  assert.equal(settings.core.bootstrap, 'none');
  assert.deepEqual(readOptions({ schema, apiKey: null }).credential, {});
  assert.deepEqual(readOptions({ schema, authEndpoint: 'https://app.example/login' }).credential, {
    endpoint: 'https://app.example/login',
  });
  assert.equal(readOptions({ schema, baseURL: 'https://given.example' }).baseURL, 'https://given.example');
});

test('in a browser everything comes at the start and writes are queued, unless it is said otherwise', () => {
  pretend('window');
  const { defaultWait, core } = readOptions({ schema });
  assert.deepEqual([defaultWait, core.bootstrap], ['queued', 'full']);
  const other = readOptions({ schema, defaultWait: 'confirmed', bootstrapMode: 'none' });
  assert.deepEqual([other.defaultWait, other.core.bootstrap], ['confirmed', 'none']);
});

test('addresses are brought to one form', () => {
  for (const [given, normal] of [
    ['https://api.example', 'https://api.example'],
    ['wss://api.example/', 'https://api.example'],
    ['ws://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['api.example', 'https://api.example'],
    ['localhost:8787', 'http://localhost:8787'],
    ['https://api.example/api', 'https://api.example'],
    ['https://example.org/ablo/api/', 'https://example.org/ablo'],
    ['  https://api.example  ', 'https://api.example'],
  ] as const) {
    assert.equal(normalBaseURL(given), normal, given);
  }
  for (const given of ['', '   ', 'ftp://x', 'http://', 'https://a b']) {
    assert.equal(readOptions({ schema, baseURL: given }).error?.code, 'invalid_options', given);
  }
});

test('what cannot be used is kept for ready(), with the name of the option', () => {
  const param = (options: object) => readOptions({ schema, ...options } as AbloOptions).error?.param;
  assert.equal(param({ schema: undefined }), 'schema');
  assert.equal(param({ schema: { tasks: {} } }), 'schema');
  assert.equal(param({ kind: 'agent' }), 'agentId');
  assert.equal(param({ bootstrap: 'some' }), 'bootstrap');
  assert.equal(param({ persistence: 'indexeddb' }), 'persistence');
  assert.equal(param({ persistence: 'volatile' }), undefined);
  assert.equal(param({ transport: 'http' }), 'transport');
  assert.equal(param({ defaultWait: 'never' }), 'defaultWait');
  assert.equal(param({ logLevel: 'loud' }), 'logLevel');
});
