// SPDX-License-Identifier: MIT
//
// Connections: the open sockets by number. Numbers are never used again, so an effect meant for a socket that is gone
// finds nobody.
import { Connection } from './connection';
import { webSocketFrame } from './frame';

export class Connections {
  readonly #open = new Map<number, Connection>();
  #queued: Connection[] = []; // those that have something waiting; some may be gone
  #last = 0;

  /** How many bytes a reader may be behind. */
  constructor(readonly mayBeBehind = 1 << 20) {}

  add(ws: Connection['ws'], stream: Connection['stream'], credential?: string): Connection {
    const connection = new Connection(++this.#last, ws, stream, credential, this.mayBeBehind);
    this.#open.set(connection.id, connection);
    return connection;
  }

  /** False: it was not here any more. */
  remove(connection: Connection): boolean {
    return this.#open.delete(connection.id);
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): IterableIterator<Connection> {
    return this.#open.values();
  }

  /** The same bytes to each of these sockets, at the next flush: text, or with opcode 2 binary. */
  send(sockets: number[], bytes: Buffer, opcode = 1): void {
    const frame = webSocketFrame(opcode, bytes);
    for (const id of sockets) {
      const connection = this.#open.get(id);
      if (connection?.queue(frame)) this.#queued.push(connection);
    }
  }

  /** One write for each socket that has something waiting. Those that read too slowly are cut; their numbers. */
  flush(): number[] {
    const slow = this.#queued.filter((connection) => !connection.flush());
    this.#queued = [];
    for (const connection of slow) {
      this.remove(connection);
      connection.close(4008, 'slow_reader');
    }
    return slow.map((connection) => connection.id);
  }

  close(socket: number, code: number, reason: string): void {
    this.#open.get(socket)?.close(code, reason);
  }

  closeAll(code: number, reason: string): void {
    for (const connection of this.#open.values()) connection.close(code, reason);
  }
}
