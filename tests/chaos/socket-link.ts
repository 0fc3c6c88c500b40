// SPDX-License-Identifier: MIT
//
// SocketLink: one connection of a client to a server, both ways through us, as bad as a network can be. It may be
// slow, say nothing for a while and look open, end between two frames or inside of one, and say a commit twice.
import { connect, type Socket } from 'node:net';
import { ClientFrames } from './websocket-frames';

/** Whether a commit is said again, and after how many ms. */
export type Again = () => number | undefined;

/** How long what was left behind may take to be read. */
const kLeft = 1_000; // ms

export class SocketLink {
  repeated = 0;
  readonly #back: Socket;
  #delay = 0;
  #stalled = false;
  #cutInside = false;
  #waiting: (() => void)[] = [];
  #silent = false;
  #ended = false;
  #left = false;

  constructor(
    private readonly front: Socket,
    port: number,
    again: Again,
    private readonly onEnd: (link: SocketLink) => void,
  ) {
    this.#back = connect({ port, host: '127.0.0.1', noDelay: true });
    front.setNoDelay(true);
    const frames = new ClientFrames();
    front.on('data', (chunk: Buffer) => {
      for (const { bytes, text } of frames.push(chunk)) {
        this.#pass(this.#back, bytes);
        const pause = text?.startsWith('{"type":"commit"') ? again() : undefined;
        if (pause === undefined) continue;
        this.repeated += 1;
        setTimeout(() => this.#pass(this.#back, bytes), pause).unref();
      }
    });
    this.#back.on('data', (chunk: Buffer) => this.#pass(front, chunk));
    for (const socket of [front, this.#back]) {
      socket.on('error', () => {});
      // What came before an end still arrives; nothing does after a reset.
      socket.on('end', () => this.#later(() => this.#end()));
      socket.on('close', () => this.#later(() => this.#end()));
    }
  }

  /** From now on every byte takes so many ms longer. */
  slow(delay: number): void {
    this.#delay = delay;
  }

  /** Half open: nothing passes, nobody is told. */
  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    this.#delay = 0;
    for (const step of this.#waiting.splice(0)) step();
  }

  /** The client is gone at once; what it had said is still on its way, until resume(). */
  leaveBehind(): void {
    this.stall();
    this.#left = true;
    this.front.destroy();
  }

  /** Ends inside of the next thing that is said. */
  cutInside(): void {
    this.#cutInside = true;
  }

  cut(): void {
    if (this.#ended) return;
    this.#ended = this.#silent = true;
    this.front.destroy();
    this.#back.destroy();
    this.onEnd(this);
  }

  #end(): void {
    if (!this.#left) return this.cut();
    this.#back.end(); // after what was left behind
    setTimeout(() => this.cut(), kLeft).unref();
  }

  #pass(to: Socket, bytes: Buffer): void {
    this.#later(() => {
      if (this.#silent) return;
      if (!this.#cutInside || bytes.length < 4) return void to.write(bytes);
      this.#silent = true;
      to.write(bytes.subarray(0, bytes.length >> 1), () => this.cut());
    });
  }

  /** In order, whatever the delay. */
  #later(step: () => void): void {
    if (this.#stalled || this.#waiting.length > 0) {
      this.#waiting.push(step);
      if (!this.#stalled) return;
    } else if (this.#delay === 0) {
      step();
    } else {
      this.#waiting.push(step);
      setTimeout(() => this.#stalled || this.#waiting.splice(0).forEach((waiting) => waiting()), this.#delay);
    }
  }
}
