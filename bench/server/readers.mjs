// SPDX-License-Identifier: MIT
//
// Many sockets that only read, in a process of their own: plain TCP streams of which each counts the WebSocket frames that
// came, since a client that parsed them would be what is measured. Told by its parent: `open` connects, `frames` answers
// when every reader has had so many frames since.
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { answer } from './answers.mjs';

const readers = [];

const kPing = 9;
const kPong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const kNothing = Buffer.alloc(0);

const buffer = Buffer.alloc(1 << 16); // of whoever is being read: everything is taken out of it at once

/** Connects, and counts the frames of the server's stream (RFC 6455 §5.2: not masked). `onText` gets the text of each. */
class Reader {
  frames = 0;
  stopped = false;
  #left = kNothing;
  #skip = 0;

  static open({ url, key, path }, onText) {
    const { hostname: host, port } = new URL(url);
    const reader = new Reader();
    reader.onText = onText;
    return new Promise((resolve, reject) => {
      let head = '';
      reader.take = (bytes) => {
        head += bytes.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(head));
        reader.take = reader.#take;
        resolve(reader);
        reader.take(Buffer.from(head.slice(end + 4), 'latin1'));
      };
      const callback = (length) => reader.take(buffer.subarray(0, length));
      reader.stream = connect({ host, port: Number(port), noDelay: true, onread: { buffer, callback } });
      reader.stream.on('error', reject);
      const protocol = key ? `Sec-WebSocket-Protocol: ablo.v1, ablo.token.${key}\r\n` : '';
      reader.stream.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${protocol}\r\n`);
    });
  }

  #take(data) {
    if (this.#skip >= data.length) {
      this.#skip -= data.length;
      return;
    }
    let bytes = this.#skip > 0 ? data.subarray(this.#skip) : data;
    this.#skip = 0;
    if (this.#left.length > 0) bytes = Buffer.concat([this.#left, bytes]);
    let at = 0;
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1] & 127;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length - at < header) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
      if (this.onText) {
        if (bytes.length - at - header < length) break;
        this.onText(bytes.subarray(at + header, at + header + length).toString());
      }
      if ((bytes[at] & 15) === kPing) this.stream.write(kPong);
      else if (++this.frames === wanted) ready();
      at += header + length;
    }
    this.#skip = Math.max(0, at - bytes.length);
    this.#left = at < bytes.length ? Buffer.from(bytes.subarray(at)) : kNothing;
  }
}

/** A client's frame, masked as it must be. */
function masked(text) {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const header = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, mask, payload.map((byte, i) => byte ^ mask[i & 3])]);
}

/** How many frames each reader is to have, and who still lacks some. */
let wanted = -1;
let lacking = 0;
let answerWanted;

function ready() {
  if (--lacking === 0) answerWanted();
}

function want(frames) {
  return new Promise((resolve) => {
    const those = readers.filter((reader) => !reader.stopped && reader.frames < frames);
    [wanted, lacking, answerWanted] = [frames, those.length, resolve];
    if (those.length === 0) resolve();
  });
}

answer({
  /** `timed` of them say how old what they get is: `at@<ms>` stands somewhere in it. */
  async open({ hash, count, timed = 0, ...place }) {
    for (let from = 0; from < count; from += 100)
      await Promise.all(Array.from({ length: Math.min(100, count - from) }, async () => {
        const reader = await Reader.open(place, readers.length < timed ? lateness : undefined);
        readers.push(reader);
        reader.stream.on('close', () => { if (!reader.stopped) cut++; });
        if (hash) reader.stream.write(masked(JSON.stringify({ type: 'hello', schema: hash, session: randomUUID(), bootstrap: 'none' })));
      }));
    if (hash) await want(2); // welcome, loaded
  },
  reset() {
    for (const reader of readers) reader.frames = 0;
    late.length = 0;
  },
  frames: want,
  /** The last `count` of them read no more. */
  stall(count) {
    for (const reader of readers.slice(-count)) {
      reader.stopped = true;
      reader.stream.pause();
    }
  },
  late: () => ({ late: [...late], cut }),
});

const late = [];
let cut = 0;
const lateness = (text) => {
  const at = /at@(\d+\.?\d*)/.exec(text);
  if (at) late.push(performance.timeOrigin + performance.now() - Number(at[1]));
};
