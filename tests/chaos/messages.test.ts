// SPDX-License-Identifier: MIT
//
// The proxies cut what passes into messages, wherever the network cut it before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PostgresMessages, statementOf } from './postgres-messages';
import { ClientFrames } from './websocket-frames';

const message = (type: string, body: string) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
};

/** A text frame as a client sends it. */
function frame(text: string): Buffer {
  const [mask, payload] = [Buffer.from([1, 2, 3, 4]), Buffer.from(text)];
  const extended = payload.length < 126 ? Buffer.alloc(0) : Buffer.alloc(2);
  if (extended.length > 0) extended.writeUInt16BE(payload.length);
  const header = Buffer.from([0x81, 0x80 | (payload.length < 126 ? payload.length : 126)]);
  return Buffer.concat([header, extended, mask, payload.map((byte, i) => byte ^ mask[i & 3]!)]);
}

const inPieces = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

for (const size of [1, 3, 1_000]) {
  test(`messages of Postgres in pieces of ${size}`, () => {
    const bytes = Buffer.concat([message('', 'startup'), message('B', 'portal\0ablo.commit\0'), message('S', '')]);
    const messages = new PostgresMessages('client');
    const found = inPieces(bytes, size).flatMap((piece) => messages.push(piece));
    assert.deepEqual(found.map(({ type }) => type), ['', 'B', 'S']);
    assert.equal(statementOf(found[1]!), 'ablo.commit');
  });

  test(`frames of a client in pieces of ${size}`, () => {
    const texts = ['{"type":"hello"}', `{"type":"commit","x":"${'ü'.repeat(200)}"}`];
    const bytes = Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n'), ...texts.map(frame)]);
    const frames = new ClientFrames();
    const found = inPieces(bytes, size).flatMap((piece) => frames.push(piece));
    assert.deepEqual(found.map(({ text }) => text), [undefined, ...texts]);
    assert.deepEqual(Buffer.concat(found.map((piece) => piece.bytes)), bytes);
  });
}
