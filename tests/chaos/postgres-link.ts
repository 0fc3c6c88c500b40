// SPDX-License-Identifier: MIT
//
// PostgresLink: one connection of a server to Postgres, both ways through us. A call of ablo.commit is one statement
// and one transaction. What the database says to it waits here until it is whole:
//
//   Bind ablo.commit, Execute, Sync ──▶  in flight: a server may be ended now
//   ◀── DataRow … CommandComplete, ReadyForQuery(I)  it has committed, and nobody but us knows: it may be ended now
import { connect, type Socket } from 'node:net';
import { PostgresMessages, statementOf, type Message } from './postgres-messages';

export interface Watch {
  /** A commit went out and has no answer. */
  inFlight(link: PostgresLink): void;
  /** A commit took effect, and its answer is here. False: nobody gets it. */
  committed(link: PostgresLink): boolean;
  ended(link: PostgresLink): void;
}

export class PostgresLink {
  readonly #back: Socket;
  #bound = false;
  #waits = false;
  #confirmed = false;
  #held: Buffer[] = [];

  constructor(
    private readonly front: Socket,
    port: number,
    private readonly watch: Watch,
  ) {
    this.#back = connect({ port, host: '127.0.0.1', noDelay: true });
    front.setNoDelay(true);
    const [asked, answered] = [new PostgresMessages('client'), new PostgresMessages('server')];
    front.on('data', (chunk: Buffer) => {
      const messages = asked.push(chunk);
      this.#back.write(chunk);
      for (const message of messages) this.#asks(message);
    });
    this.#back.on('data', (chunk: Buffer) => {
      this.#held.push(chunk);
      for (const message of answered.push(chunk)) if (!this.#answers(message)) return this.cut();
      if (this.#waits) return;
      for (const held of this.#held.splice(0)) front.write(held);
    });
    for (const socket of [front, this.#back]) {
      socket.on('error', () => {});
      socket.on('close', () => this.cut());
    }
  }

  get busy(): boolean {
    return this.#waits;
  }

  /** Ends it for both, with whatever was held. */
  cut(): void {
    if (this.front.destroyed && this.#back.destroyed) return;
    this.front.destroy();
    this.#back.destroy();
    this.watch.ended(this);
  }

  #asks(message: Message): void {
    if (message.type === 'B') this.#bound = statementOf(message) === 'ablo.commit';
    if (message.type !== 'S' || !this.#bound) return;
    this.#bound = this.#confirmed = false;
    this.#waits = true;
    this.watch.inFlight(this);
  }

  /** False: this is as far as it goes. */
  #answers({ type, body }: Message): boolean {
    if (!this.#waits) return true;
    if (type === 'D') this.#confirmed ||= body.includes('"status": "confirmed"');
    if (type === 'E') this.#confirmed = false;
    if (type !== 'Z') return true;
    this.#waits = false;
    const isOver = String.fromCharCode(body[0]!) === 'I';
    return !(isOver && this.#confirmed) || this.watch.committed(this);
  }
}
