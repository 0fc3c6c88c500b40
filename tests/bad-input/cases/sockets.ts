// SPDX-License-Identifier: MIT
//
// What is wrong below the messages: frames of the WebSocket itself, and how a socket is asked for.
import { randomBytes } from 'node:crypto';
import { openSocket, port, say, write, type Case } from '../probe';
import type { FedServer } from '../server';

/** A frame with its first byte as given, masked unless said. */
function frame(first: number, payload: Buffer | string, { masked = true, length }: { masked?: boolean; length?: bigint } = {}): Buffer {
  const data = Buffer.from(payload);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = (masked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(length ?? BigInt(data.length), 2);
  return Buffer.concat([head, ...(masked ? [Buffer.alloc(4)] : []), data]);
}

const small = (first: number, payload: string, masked = true) =>
  Buffer.concat([Buffer.from([first, (masked ? 0x80 : 0) | payload.length]), ...(masked ? [Buffer.alloc(4)] : []), Buffer.from(payload)]);

const raw: [string, () => Buffer, string][] = [
  ['a frame without a mask', () => small(0x81, '{}', false), 'invalid_request'],
  ...[0x83, 0x84, 0x85, 0x86, 0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f].map((first): [string, () => Buffer, string] => [
    `opcode ${first & 15}`, () => small(first, 'x'), 'invalid_request',
  ]),
  ...[0xc1, 0xa1, 0x91, 0xf1].map((first): [string, () => Buffer, string] => [`reserved bits ${(first >> 4) & 7}`, () => small(first, '{}'), 'invalid_request']),
  ['a continuation of nothing', () => small(0x80, '{}'), 'invalid_request'],
  ['a second text within a text', () => Buffer.concat([small(0x01, '{'), small(0x01, '}')]), 'invalid_request'],
  ['a ping in parts', () => small(0x09, 'x'), 'invalid_request'],
  ['a ping of 126 bytes', () => frame(0x89, 'x'.repeat(126)), 'invalid_request'],
  ['a length of 2^53', () => frame(0x81, 'x', { length: 2n ** 53n }), 'request_too_large'],
  ['a length of 2^63', () => frame(0x81, 'x', { length: 2n ** 63n }), 'request_too_large'],
  ['a length of 2^32', () => frame(0x81, 'x', { length: 2n ** 32n }), 'request_too_large'],
  ['a close code of 1', () => small(0x88, '\u0000\u0001'), 'invalid_request'],
  ['a close of one byte', () => small(0x88, 'x'), 'invalid_request'],
  ...Array.from({ length: 20 }, (_, i): [string, () => Buffer, string] => [
    `garbage ${i}`, () => Buffer.concat([Buffer.from([0xf3]), randomBytes(64 + i * 50)]), 'invalid_request',
  ]),
];

const large = [262_145, 300_000, 524_288, 1_000_000, 3_000_000].map((bytes): Case => ({
  name: `a frame of ${bytes} bytes`, expect: 'request_too_large', run: (server) => say(server, `"${'x'.repeat(bytes - 2)}"`),
}));

async function parts(server: FedServer, count: number, bytes: number): Promise<string> {
  const { ws, verdict } = await openSocket(server);
  for (let i = 0; i < count && ws.readyState === ws.OPEN; i++) ws.send('x'.repeat(bytes), { fin: false });
  const came = await verdict;
  ws.terminate();
  return came;
}

const doors: [string, Parameters<typeof openSocket>[1], string][] = [
  ['no token', { protocols: ['ablo.v1'] }, 'apikey_missing'],
  ['a token that is none', { protocols: ['ablo.v1', 'ablo.token.letmein'] }, 'apikey_invalid'],
  ['an empty token', { protocols: ['ablo.v1', 'ablo.token.'] }, 'apikey_missing'],
  ['a token of 8,000 bytes', { protocols: ['ablo.v1', `ablo.token.${'x'.repeat(8_000)}`] }, 'apikey_invalid'],
  ['a key nobody made', { protocols: ['ablo.v1', `ablo.token.sk_test_${'0'.repeat(36)}`] }, 'apikey_invalid'],
  ['another version', { protocols: ['ablo.v2'] }, 'protocol_version_unsupported'],
  ['a token in the address', { protocols: ['ablo.v1'], path: '/api/sync/ws?token=letmein' }, 'apikey_missing'],
  ['another place', { path: '/api/sync/other' }, 'route_not_found'],
  ['the root', { path: '/' }, 'route_not_found'],
];

const strangers = ['https://evil.example', 'https://board.example.evil.example', 'http://board.example', 'https://board.example:8443', 'null', 'https://BOARD.example',
  'file://', 'https://board.example/', ' https://board.example.', 'https://bоard.example', 'javascript:1'].filter((origin) => /^[\x20-\x7e]+$/.test(origin));

const upgrade = (lines: string[], path = '/api/sync/ws') =>
  [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', ...lines, '', ''].join('\r\n');
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const version = 'Sec-WebSocket-Version: 13';
const protocol = 'Sec-WebSocket-Protocol: ablo.v1';

const requests: [string, string, string][] = [
  ['without a key', upgrade([version, protocol]), 'invalid_request'],
  ['with a key that is none', upgrade(['Sec-WebSocket-Key: short', version, protocol]), 'invalid_request'],
  ['with a key of 5,000 bytes', upgrade([`Sec-WebSocket-Key: ${'x'.repeat(5_000)}`, version, protocol]), 'invalid_request'],
  ['of version 8', upgrade([key, 'Sec-WebSocket-Version: 7', protocol]), 'invalid_request'],
  ['for a token alone', upgrade([key, version, 'Sec-WebSocket-Protocol: ablo.token.x']), 'protocol_version_unsupported'],
  ['without a version', upgrade([key, protocol]), 'invalid_request'],
  ['with protocols of 32,000 bytes (CVE-2021-32640)', upgrade([key, version, `Sec-WebSocket-Protocol: ablo.v1, ${'a,'.repeat(16_000)}b`]), 'request_too_large'],
  ['with 14,000 spaces in the protocols', upgrade([key, version, `Sec-WebSocket-Protocol: ablo.v1${' '.repeat(14_000)},b`]), 'apikey_missing'],
  ['with a protocol that is no token', upgrade([key, version, 'Sec-WebSocket-Protocol: ablo.v1,,"']), 'invalid_request'],
  ['with 2,000 headers (CVE-2024-37890)', upgrade([key, version, protocol, ...Array.from({ length: 2_000 }, (_, i) => `X-${i}: 1`)]), 'apikey_missing'],
  ['with 5,000 headers', upgrade([key, version, protocol, ...Array.from({ length: 5_000 }, (_, i) => `X-${i}: 1`)]), 'request_too_large'],
  ['with 1,500 headers', upgrade([...Array.from({ length: 1_500 }, (_, i) => `${i}: 1`), key, version, protocol]), 'apikey_missing'],
  ['to h2c', upgrade([key, version, protocol]).replace('websocket', 'h2c'), 'invalid_request'],
  ['by POST', upgrade([key, version, protocol]).replace('GET', 'POST'), 'invalid_request'],
];

export const socketCases: Case[] = [
  ...raw.map(([name, bytes, code]): Case => ({ name: `socket: ${name}`, expect: code, run: (server) => write(server, bytes()) })),
  ...large,
  { name: 'a message of 300 parts', expect: 'request_too_large', run: (server) => parts(server, 300, 1_000) },
  { name: 'a message of 20,000 parts', expect: 'request_too_large', run: (server) => parts(server, 20_000, 20) },
  ...[0, 1, 2_000, 200_000].map((bytes): Case => ({
    name: `a binary frame of ${bytes} bytes`, expect: 'invalid_request', run: (server) => write(server, frame(0x82, Buffer.alloc(bytes))),
  })),
  ...doors.map(([name, options, code]): Case => ({
    name: `a socket with ${name}`, expect: code,
    run: async (server) => {
      const { ws, verdict } = await openSocket(server, { greet: false, ...options });
      const came = await verdict;
      ws.terminate();
      return came;
    },
  })),
  ...strangers.map((origin): Case => ({
    name: `a socket of ${origin}`, expect: 'origin_forbidden', run: (server) => say(server, '{}', { origin, greet: false }),
  })),
  ...requests.map(([name, text, code]): Case => ({
    name: `an upgrade ${name}`, expect: code,
    run: async (server) => named(await port(server, [text]), server, text),
  })),
];

/** An upgrade that went through is refused over the socket it got. */
async function named(came: string, server: FedServer, text: string): Promise<string> {
  if (came !== 'ok') return came;
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(server.port, '127.0.0.1', () => void socket.write(text));
    socket.on('data', (data) => {
      said += String(data);
      const code = /"code":"(\w+)"/.exec(said)?.[1];
      if (!code) return;
      socket.destroy();
      resolve(code);
    });
    socket.on('close', () => resolve('closed without a name'));
  });
}
