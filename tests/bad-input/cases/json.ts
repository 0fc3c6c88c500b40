// SPDX-License-Identifier: MIT
//
// Texts that are no JSON, or more of it than is taken: as frames and as bodies. The core reads both.
import { ask, say, type Case } from '../probe';

const nested = (depth: number, open: string, close: string, inside = '1') => open.repeat(depth) + inside + close.repeat(depth);
const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')}}`;
const letters = (count: number) => `"${'x'.repeat(count)}"`;

/** [name, text, code]: what stands where a value may stand. */
const values: [string, string | Buffer, string][] = [
  ...[33, 40, 64, 100, 1_000, 10_000, 100_000].flatMap((depth): [string, string, string][] => [
    [`arrays ${depth} deep`, nested(depth, '[', ']'), 'request_too_large'],
    [`objects ${depth} deep`, nested(Math.min(depth, 40_000), '{"a":', '}'), 'request_too_large'],
    [`arrays ${depth} deep and never closed`, '['.repeat(depth), 'request_too_large'],
    [`arrays and objects ${depth} deep by turns`, nested(Math.min(depth, 30_000), '[{"a":', '}]'), 'request_too_large'],
  ]),
  ...[1_001, 2_000, 10_000, 20_000].map((n): [string, string, string] => [`${n} members`, members(n), 'request_too_large']),
  ...[65_537, 70_000, 100_000, 200_000].map((n): [string, string, string] => [`text of ${n} bytes`, letters(n), 'request_too_large']),
  ['a name of 100,000 bytes', `{${letters(100_000)}:1}`, 'request_too_large'],
  ['100,001 values', `[${'1,'.repeat(100_000)}1]`, 'request_too_large'],
  ...['__proto__', 'constructor', 'prototype'].flatMap((name): [string, string, string][] => [
    [`a member ${name}`, `{"${name}":{"polluted":true}}`, 'invalid_json'],
    [`a member ${name}, hidden in escapes`, `{"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}":1}`, 'invalid_json'],
    [`a member ${name} in an array`, `[{"a":{"${name}":1}}]`, 'invalid_json'],
  ]),
  ['a member that stands twice', '{"a":1,"a":2}', 'invalid_json'],
  ['a high surrogate alone', '"\\ud800"', 'invalid_json'],
  ['a low surrogate alone', '"\\udc00"', 'invalid_json'],
  ['surrogates the wrong way round', '"\\udc00\\ud800"', 'invalid_json'],
  ['two high surrogates', '"\\ud800\\ud800"', 'invalid_json'],
  ['NUL, escaped', '"a\\u0000b"', 'invalid_json'],
  ['NUL as a name', '{"\\u0000":1}', 'invalid_json'],
  ['a control character', '"a\u0001b"', 'invalid_json'],
  ['a line break in a text', '"a\nb"', 'invalid_json'],
  ...['NaN', 'Infinity', '-Infinity', '1e400', '-1e400', '1e99999', '01', '+1', '.5', '1.', '0x10', '1_000', '1e', '--1', '٣', '-', 'undefined',
    'nul', 'TRUE', "'a'", '"a', '"\\x41"', '"\\u12"', '"\\u123g"', '[1,]', '{"a":1,}', '{a:1}', '{"a" 1}', '{"a":}', '[1 2]', '[,1]', '{,}', ']', '}',
    '/* */1', '// 1', '1;', '"a"b', '\uFEFF1', '\u00a01', '{"a":1}}', '[[1]', '{1:2}', '(1)', 'new Date()', '`a`'].map((text): [string, string, string] => [text, text, 'invalid_json']),
];

/** Bytes that are no UTF-8. */
const bytes: [string, number[]][] = [
  ['a byte FF', [0xff]],
  ['a character cut short', [0xc3]],
  ['NUL in two bytes', [0xc0, 0x80]],
  ['a slash in three bytes', [0xe0, 0x80, 0xaf]],
  ['a surrogate in three bytes', [0xed, 0xa0, 0x80]],
  ['beyond the last character', [0xf4, 0x90, 0x80, 0x80]],
  ['a byte that only continues', [0x80]],
];

const inFrame = (text: string) => `{"type":"ping","more":${text}}`;
const inBody = (text: string) => `{"user":{"id":"a"},"userMeta":${text}}`;
const mint = (body: string | Buffer) => ({ method: 'POST', path: '/api/auth/ephemeral-keys', body });

export const jsonCases: Case[] = [
  ...values.flatMap(([name, text, code]): Case[] => [
    { name: `frame: ${name}`, expect: code, run: (server) => say(server, inFrame(String(text))) },
    { name: `frame, whole: ${name}`, expect: code === 'invalid_json' ? code : code, run: (server) => say(server, String(text)) },
    { name: `body: ${name}`, expect: code, run: (server) => ask(server, mint(inBody(String(text)))) },
    { name: `before hello: ${name}`, expect: code, run: (server) => say(server, inFrame(String(text)), { greet: false }) },
  ]),
  ...bytes.flatMap(([name, list]): Case[] => {
    const hostile = (wrap: (text: string) => string) => Buffer.from(wrap('"@"').replace('@', String.fromCharCode(...list)), 'latin1');
    return [
      { name: `frame: ${name}`, expect: 'invalid_request', run: (server) => say(server, hostile(inFrame)) },
      { name: `body: ${name}`, expect: 'invalid_json', run: (server) => ask(server, mint(hostile(inBody))) },
    ];
  }),
  { name: 'body: a million arrays deep', expect: 'request_too_large', run: (server) => ask(server, mint('['.repeat(1_000_000))) },
  { name: 'body: half a million arrays, closed', expect: 'request_too_large', run: (server) => ask(server, mint(nested(500_000, '[', ']'))) },
  { name: 'body: 100,000 members', expect: 'request_too_large', run: (server) => ask(server, mint(members(80_000))) },
  ...[1, 2, 3, 7, 20].map((i): Case => ({
    name: `body cut at ${i}`, expect: 'invalid_json', run: (server) => ask(server, mint(inBody('1').slice(0, -i))),
  })),
  ...['', ' ', '\n'].map((text): Case => ({ name: `body ${JSON.stringify(text)}`, expect: 'invalid_json', run: (server) => ask(server, mint(text)) })),
  ...['null', '1', '"a"', '[]', 'true', '[{}]'].map((text): Case => ({ name: `body ${text}`, expect: 'invalid_request', run: (server) => ask(server, mint(text)) })),
  ...['null', '1', '"a"', '[]', 'true', '{}', '{"type":null}', '{"type":1}', '{"type":"Hello"}', '{"type":["ping"]}', '{"type":"nothing"}', '{"type":"__proto__"}', '{"type":"toString"}'].map(
    (text): Case => ({ name: `frame ${text}`, expect: 'invalid_request', run: (server) => say(server, text) }),
  ),
];
