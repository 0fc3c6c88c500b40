// SPDX-License-Identifier: MIT
//
// Member: one socket of a crowd, spoken by hand so that hundreds fit into a process. It follows the stream, goes on
// from its cursor when it was cut off, and counts what it saw; it may stop reading for a while.
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export interface Crowd {
  url: string;
  apiKey: string;
  hash: string;
}

export interface Counts {
  resumes: number;
  /** Ended by the server because it reads too slowly. */
  dropped: number;
  /** Ended in any other way that it did not ask for. */
  cut: number;
  /** Frames that do not go on from where it is, and loads that nobody asked for. */
  gaps: number;
  frames: number;
}

const kBack = 200; // ms
const kSlow = 4_008;

export class Member {
  readonly #session = randomUUID();
  #socket: WebSocket | undefined;
  #cursor: number | undefined;
  #epoch: string | undefined;
  #leaves = false;
  #reads = true;
  #over = false;

  /** `heard` is handed the frames with changes, `decided` what became of commits, if anybody wants to know. */
  constructor(
    private readonly crowd: Crowd,
    private readonly counts: Counts,
    private readonly heard?: (frame: string) => void,
    private readonly decided?: (status: 'confirmed' | 'rejected') => void,
  ) {
    this.#connect();
  }

  get isLive(): boolean {
    return this.#cursor !== undefined && this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Half open, as seen by the server: nothing is read any more. */
  stopReading(): void {
    this.#reads = false;
    this.#socket?.pause();
  }

  readAgain(): void {
    this.#socket?.resume();
  }

  send(frame: object): void {
    if (this.isLive) this.#socket!.send(JSON.stringify(frame));
  }

  /** Goes, and comes back. */
  leave(): void {
    this.#leaves = true;
    this.#socket?.terminate();
  }

  close(): void {
    this.#over = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    const { url, apiKey, hash } = this.crowd;
    const address = `${url.replace('http', 'ws')}/api/sync/ws`;
    const socket = new WebSocket(address, ['ablo.v1', `ablo.token.${apiKey}`], { perMessageDeflate: false });
    this.#socket = socket;
    this.#leaves = false;
    socket.on('open', () => {
      const known = this.#cursor === undefined ? {} : { cursor: this.#cursor, epoch: this.#epoch };
      socket.send(JSON.stringify({ type: 'hello', schema: hash, session: this.#session, bootstrap: 'full', ...known }));
    });
    socket.on('message', (data, isBinary) => isBinary || this.#hear(String(data)));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      if (this.#over) return;
      // Whoever does not read does not read why either, and is cut off in the end.
      if (code === kSlow || !this.#reads) this.counts.dropped += 1;
      else if (!this.#leaves) this.counts.cut += 1;
      this.#reads = true;
      setTimeout(() => this.#over || this.#connect(), kBack * (1 + Math.random()));
    });
  }

  #hear(text: string): void {
    const changes = /^\{"type":"changes","from":(\d+),"to":(\d+)/.exec(text);
    if (changes) {
      this.counts.frames += 1;
      if (Number(changes[1]) !== this.#cursor) this.counts.gaps += 1;
      this.#cursor = Number(changes[2]);
      this.heard?.(text);
    } else if (text.startsWith('{"type":"loaded"')) {
      const { seq, epoch } = JSON.parse(text) as { seq: number; epoch: string };
      if (this.#cursor !== undefined) this.counts.gaps += 1;
      [this.#cursor, this.#epoch] = [seq, epoch];
    } else if (text.startsWith('{"type":"welcome"') && this.#cursor !== undefined) {
      this.counts.resumes += 1;
    } else if (this.decided && text.startsWith('{"type":"receipt"')) {
      this.decided((JSON.parse(text) as { status: 'confirmed' | 'rejected' }).status);
    }
  }
}
