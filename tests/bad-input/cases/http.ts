// SPDX-License-Identifier: MIT
//
// Requests that are none of the server's, and bytes on its port that are no request.
import { randomBytes } from 'node:crypto';
import { ask, port, type Case, type Request } from '../probe';

const mint = '/api/auth/ephemeral-keys';
const post = (body: unknown, more: Partial<Request> = {}): Request => ({
  method: 'POST', path: mint, body: typeof body === 'string' ? body : JSON.stringify(body), ...more,
});
const user = { id: 'a' };

const requests: [string, Request, string][] = [
  ...['PUT', 'PATCH', 'DELETE', 'GET'].map((method): [string, Request, string] => [`${method} where one posts`, { method, path: mint }, 'route_not_found']),
  ...['POST', 'PUT', 'DELETE'].map((method): [string, Request, string] => [`${method} where one reads`, { method, path: '/api/auth/identity', body: '{}' }, 'route_not_found']),
  ...['/', '/api', '/api/', '/api/schema/', '/api//schema', '/api/v2/schema', '/v1/v1/schema', '/.env', '/api/%73chema', '/api/schema%00', '/admin', '/api/__proto__', '/toString',
    '/api/constructor', '/metrics/../admin', `/api/${'x'.repeat(4_000)}`].map((path): [string, Request, string] => [`GET ${path.slice(0, 30)}`, { path }, 'route_not_found']),
  ['no key', { path: '/api/schema', key: '' }, 'apikey_missing'],
  ...['letmein', 'sk_test_', 'sk_live_short', `sk_test_${'0'.repeat(36)}`, 'x'.repeat(4_000), "' or 1=1 --", 'null'].map((key): [string, Request, string] => [
    `key ${key.slice(0, 20)}`, { path: '/api/schema', key }, 'apikey_invalid',
  ]),
  ...['Basic YTpi', 'Bearer', 'bearer ', 'Token x', 'Bearer\tx', 'Digest username=a'].map((authorization): [string, Request, string] => [
    `authorization ${authorization}`, { path: '/api/schema', key: '', headers: { authorization } }, 'apikey_missing',
  ]),
  ...['https://evil.example', 'null', 'http://board.example', 'https://board.example.evil.example'].map((origin): [string, Request, string] => [
    `a page of ${origin}`, { path: '/api/schema', headers: { origin } }, 'origin_forbidden',
  ]),
  // Session tokens
  ...[{}, { user: null }, { user: 1 }, { user: 'a' }, { user: [] }, { user: {} }, { user: { id: '' } }, { user: { id: 1 } }, { user: { id: null } }, { user: { id: ['a'] } }, { user: { id: 'x'.repeat(256) } },
    { user: { id: 'é'.repeat(128) } }, ...[0, -1, 901, 1e9, '60', null, true, [], {}].map((ttlSeconds) => ({ user, ttlSeconds })),
    ...['x', [], ['other'], {}, null, 1, ['org:other'], ['org:default', 'org:other']].map((syncGroups) => ({ user, syncGroups }))].map(
    (body): [string, Request, string] => [`mint ${JSON.stringify(body).slice(0, 50)}`, post(body), 'invalid_request'],
  ),
  // Schemas
  ...[{}, { schema: null }, { schema: 1 }, { schema: 'x' }, { schema: true }].map((body): [string, Request, string] => [
    `push ${JSON.stringify(body)}`, post(body, { path: '/api/schema' }), 'invalid_request',
  ]),
  ...[{}, [], { v: 3 }, { v: 1, models: {} }, { v: 3, models: [] }, { v: 3, models: { 'no spaces': { fields: {} } } }, { v: 3, models: { a: 1 } }, { v: 3, models: { a: { fields: 1 } } },
    { v: 3, models: { a: { fields: { b: { type: 'nothing' } } } } }, { v: 3, models: { a: { fields: { 'b"c': { type: 'string' } } } } },
    { v: 3, models: { a: { tableName: 'x; drop table y', fields: { b: { type: 'string' } } } } }, { v: 3, models: { ['x'.repeat(100)]: { fields: { b: { type: 'string' } } } } }].map(
    (schema): [string, Request, string] => [`push schema ${JSON.stringify(schema).slice(0, 60)}`, post({ schema }, { path: '/api/schema' }), 'invalid_schema'],
  ),
  // Bodies
  ...[1_048_577, 1_500_000, 4_000_000].map((bytes): [string, Request, string] => [`a body of ${bytes} bytes`, post('x'.repeat(bytes)), 'request_too_large']),
  ...['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'application/xml', ''].map((type): [string, Request, string] => [
    `a body of type ${type}`, post('user=a&id=b', { headers: { 'content-type': type } }), 'invalid_json',
  ]),
  ['a body that says it is gzip', post(randomBytes(200).toString('latin1'), { headers: { 'content-encoding': 'gzip' } }), 'invalid_json'],
  ['a body that is gzip', { method: 'POST', path: mint, body: Buffer.from('1f8b0800000000000003abae0500b0a9ba8f02000000', 'hex') }, 'invalid_json'],
];

const head = (lines: string[], first = 'GET /api/schema HTTP/1.1') => [first, 'Host: 127.0.0.1', ...lines, '', ''].join('\r\n');
const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: ${i}`);

const onThePort: [string, (string | Buffer)[], string, boolean?][] = [
  ['no HTTP', ['hello\r\n\r\n'], 'invalid_request'],
  ['TLS', [Buffer.from('1603010200010001fc0303', 'hex')], 'invalid_request'],
  ['SSH', ['SSH-2.0-OpenSSH_9.2\r\n'], 'invalid_request'],
  ['HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], 'invalid_request'],
  ['HTTP/9.9', [head([], 'GET / HTTP/9.9')], 'invalid_request'],
  ['Redis', ['*1\r\n$4\r\nPING\r\n'], 'invalid_request'],
  ['Postgres', [Buffer.from('0000000804d2162f', 'hex'), 'x'.repeat(20), '\r\n\r\n'], 'invalid_request'],
  ['SMTP', ['EHLO example\r\n'], 'invalid_request'],
  ['an unknown method', [head([], 'FETCH / HTTP/1.1')], 'invalid_request'],
  ['CONNECT', [head([], 'CONNECT example.com:443 HTTP/1.1')], 'route_not_found'],
  ['TRACE', [head([], 'TRACE / HTTP/1.1')], 'route_not_found'],
  ['a proxy’s request', [head([], 'GET http://example.com/ HTTP/1.1')], 'route_not_found'],
  ['no host', ['GET / HTTP/1.1\r\n\r\n'], 'origin_forbidden'],
  ['2,000 headers', [head(many(2_000))], 'request_too_large'],
  ['10,000 headers', [head(many(10_000))], 'request_too_large'],
  ['a header of 20,000 bytes', [head([`X: ${'x'.repeat(20_000)}`])], 'request_too_large'],
  ['a header of 1 MB', [head([`X: ${'x'.repeat(1_000_000)}`])], 'request_too_large'],
  ['a path of 20,000 bytes', [head([], `GET /${'x'.repeat(20_000)} HTTP/1.1`)], 'request_too_large'],
  ['NUL in a header', [head(['X: a\u0000b'])], 'invalid_request'],
  ['a header without a colon', [head(['nothing'])], 'invalid_request'],
  ['a header with a space in its name', [head(['a b: c'])], 'invalid_request'],
  ['two lengths', [head(['Content-Length: 1', 'Content-Length: 2'], 'POST /api/schema HTTP/1.1')], 'invalid_request'],
  ['a length and chunks', [head(['Content-Length: 1', 'Transfer-Encoding: chunked'], 'POST /api/schema HTTP/1.1')], 'invalid_request'],
  ['a length below zero', [head(['Content-Length: -1'], 'POST /api/schema HTTP/1.1')], 'invalid_request'],
  ['a length that is none', [head(['Content-Length: ten'], 'POST /api/schema HTTP/1.1')], 'invalid_request'],
  ['chunks that are none', [head(['Transfer-Encoding: chunked', 'Authorization: Bearer @'], `POST ${mint} HTTP/1.1`), 'zz\r\n'], 'invalid_request'],
  ['an expectation', [head(['Expect: the-impossible'])], 'invalid_request'],
  ['an unknown encoding of the transfer', [head(['Transfer-Encoding: magic'], 'POST /api/schema HTTP/1.1')], 'invalid_request'],
  ['half a request, and no more', ['GET /api/sch'], 'invalid_request', true],
  ['headers without an end, and no more', ['GET / HTTP/1.1\r\nHost: x\r\nX: '], 'invalid_request', true],
  ...Array.from({ length: 30 }, (_, i): [string, Buffer[], string] => [
    `garbage ${i}`, [Buffer.concat([Buffer.from([0x80 + i]), randomBytes(20 + i * 97)])], 'invalid_request',
  ]),
];

export const httpCases: Case[] = [
  ...requests.map(([name, request, code]): Case => ({ name: `http: ${name}`, expect: code, run: (server) => ask(server, request) })),
  ...onThePort.map(([name, pieces, code, end]): Case => ({
    name: `port: ${name}`, expect: code,
    run: (server) => port(server, pieces.map((piece) => (typeof piece === 'string' ? piece.replace('@', server.key) : piece)), end),
  })),
  { name: 'port: headers that never end', expect: 'invalid_request', slow: true, run: (server) => port(server, ['GET / HTTP/1.1\r\nHost: x\r\n', ...Array.from({ length: 200 }, () => 'X: 1\r\n')]) },
  { name: 'port: one byte and silence', expect: 'invalid_request', slow: true, run: (server) => port(server, ['G']) },
];
