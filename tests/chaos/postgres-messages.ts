// SPDX-License-Identifier: MIT
//
// Messages of Postgres's protocol (version 3), cut out of the bytes of a connection: a letter, a length, a body. What a
// client says first has no letter.

export interface Message {
  /** Empty for a client's first. */
  type: string;
  body: Buffer;
}

export class PostgresMessages {
  #rest: Buffer = Buffer.alloc(0);
  #lettered: boolean;

  constructor(from: 'client' | 'server') {
    this.#lettered = from === 'server';
  }

  /** The messages that end in this chunk. */
  push(chunk: Buffer): Message[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: Message[] = [];
    for (;;) {
      const letter = this.#lettered ? 1 : 0;
      if (this.#rest.length < letter + 4) return messages;
      const end = letter + this.#rest.readUInt32BE(letter);
      if (this.#rest.length < end) return messages;
      const type = letter === 0 ? '' : String.fromCharCode(this.#rest[0]!);
      messages.push({ type, body: this.#rest.subarray(letter + 4, end) });
      this.#rest = this.#rest.subarray(end);
      this.#lettered = true;
    }
  }
}

/** The name of the statement that a Bind message takes. */
export function statementOf({ body }: Message): string {
  const portal = body.indexOf(0);
  return body.toString('utf8', portal + 1, body.indexOf(0, portal + 1));
}
