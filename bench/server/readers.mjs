// SPDX-License-Identifier: MIT
//
// Many sockets that only read, in a process of their own: plain TCP streams of which each counts the WebSocket frames that
// came, since a client that parsed them would be what is measured. Told by its parent: `open` connects, `frames` answers
// when every reader has had so many frames since.
import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { answer } from './answers.mjs';

const readers = [];
let waiting;

const kPing = 9;
const kPong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** Counts the frames of a server's stream (RFC 6455 §5.2: not masked). Calls back with the text of those that are asked for. */
class Reader {
  frames = 0;
  #left = Buffer.alloc(0);
  #skip = 0;

  constructor(stream, onText) {
    this.stream = stream;
    this.onText = onText;
    stream.on('data', (data) => this.#take(data));
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
      else this.frames++;
      at += header + length;
    }
    if (at > bytes.length) {
      this.#skip = at - bytes.length;
      this.#left = Buffer.alloc(0);
    } else this.#left = Buffer.from(bytes.subarray(at));
    check();
  }
}

function check() {
  if (!waiting || readers.some((reader) => !reader.stopped && reader.frames < waiting.frames)) return;
  const { answer } = waiting;
  waiting = undefined;
  answer();
}

function upgrade({ url, key, path }) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const stream = connect(Number(port), hostname);
    const nonce = randomBytes(16).toString('base64');
    stream.on('error', reject);
    stream.setNoDelay(true);
    const protocol = key ? `Sec-WebSocket-Protocol: ablo.v1, ablo.token.${key}\r\n` : '';
    stream.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${nonce}\r\n${protocol}\r\n`);
    let head = Buffer.alloc(0);
    const handshake = (data) => {
      head = Buffer.concat([head, data]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      stream.off('data', handshake);
      if (!head.subarray(0, end).toString().includes(' 101 ')) return reject(new Error(head.toString()));
      resolve({ stream, rest: head.subarray(end + 4) });
    };
    stream.on('data', handshake);
  });
}

/** A client's frame, masked as it must be. */
function masked(text) {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const header = payload.length < 126 ? Buffer.from([0x81, 0x80 | payload.length]) : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([header, mask, payload.map((byte, i) => byte ^ mask[i & 3])]);
}

answer({
  /** `timed` of them say how old what they get is: `{"at":ms}` stands somewhere in it. */
  async open({ url, key, path, hash, count, timed = 0 }) {
    for (let from = 0; from < count; from += 100)
      await Promise.all(Array.from({ length: Math.min(100, count - from) }, async () => {
        const { stream, rest } = await upgrade({ url, key, path });
        const reader = new Reader(stream, readers.length < timed ? lateness : undefined);
        readers.push(reader);
        if (rest.length > 0) stream.emit('data', rest);
        if (hash) stream.write(masked(JSON.stringify({ type: 'hello', schema: hash, session: randomUUID(), bootstrap: 'none' })));
        stream.on('close', () => { if (!reader.stopped) cut++; });
      }));
    if (!hash) return;
    await new Promise((resolve) => {
      waiting = { frames: 2, answer: resolve }; // welcome, loaded
      check();
    });
  },
  reset() {
    for (const reader of readers) reader.frames = 0;
    late.length = 0;
  },
  frames: (frames) =>
    new Promise((resolve) => {
      waiting = { frames, answer: resolve };
      check();
    }),
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
