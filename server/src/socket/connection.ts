// SPDX-License-Identifier: MIT
//
// Connection: one accepted socket, as the hub knows it by number. It collects what a turn of the event loop has for
// it and writes that at once, past `ws` and straight to the stream; `ws` keeps the handshake, what comes in, pings
// and closing.
//
// A reader may be behind by 1 MiB, and by the largest write still on its way (a first load is one write, of many
// frames). One who is further behind is slow, and is cut: it resumes from its cursor. So is one that has another load
// coming before it has read what it was sent: it would pile up workspaces.
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { isBinary } from './frame';

const kCopied = 64 << 10; // bytes; frames of less are cheaper copied together than handed over one by one

export class Connection {
  /** Something came since the last beat of the heart. */
  alive = true;
  #next: Buffer | undefined;
  #more: Buffer[] = []; // behind the next one
  #largest = 0;
  #owed = 0;

  constructor(
    readonly id: number,
    readonly ws: WebSocket,
    readonly stream: Duplex,
    readonly credential: string | undefined,
    readonly mayBeBehind: number,
  ) {}

  /** True: it is the first since the last flush. */
  queue(frame: Buffer): boolean {
    if (this.#next) {
      this.#more.push(frame);
      return false;
    }
    this.#next = frame;
    return true;
  }

  /** Writes what was queued. False: the reader is too slow, and nothing was written. */
  flush(): boolean {
    const next = this.#next;
    const more = this.#more;
    this.#next = undefined;
    if (more.length > 0) this.#more = [];
    if (!next || this.ws.readyState !== WebSocket.OPEN) return true;

    const behind = this.stream.writableLength;
    if (behind === 0) this.#largest = 0;
    if (behind > this.mayBeBehind + this.#largest) return false;
    if (more.length > 0) return this.#writeAll([next, ...more], behind);
    this.#largest = Math.max(this.#largest, next.length);
    this.stream.write(next);
    return true;
  }

  /** Frames that many sockets are sent, those of a load, must not become a copy for each. */
  #writeAll(frames: Buffer[], behind: number): boolean {
    if (behind > this.mayBeBehind && frames.some(isBinary)) return false; // only blocks of a load are binary
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    this.#largest = Math.max(this.#largest, length);
    if (length < kCopied) {
      this.stream.write(Buffer.concat(frames, length));
      return true;
    }
    this.stream.cork();
    for (const frame of frames) this.stream.write(frame);
    this.stream.uncork();
    return true;
  }

  /** Nothing of what waits for the reader has left since this was asked last, whatever it says meanwhile. */
  stalled(): boolean {
    const { _handle: handle } = this.stream as { _handle?: { writeQueueSize?: number } | null };
    const owed = handle?.writeQueueSize ?? 0;
    const stalled = owed > 0 && owed === this.#owed;
    this.#owed = owed;
    return stalled;
  }

  close(code: number, reason: string): void {
    this.flush();
    this.ws.close(code, reason);
  }
}
