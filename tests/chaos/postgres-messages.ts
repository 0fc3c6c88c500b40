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
  #rest: Buffer[] = [];
  #size = 0;
  /** So many bytes there have to be before it is worth looking. */
  #wanted = 0;
  #lettered: boolean;

  constructor(from: 'client' | 'server') {
    this.#lettered = from === 'server';
  }

  /** The messages that end in this chunk. */
  push(chunk: Buffer): Message[] {
    this.#rest.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];
    let rest = this.#rest.length === 1 ? chunk : Buffer.concat(this.#rest);
    const messages: Message[] = [];
    for (;;) {
      const letter = this.#lettered ? 1 : 0;
      this.#wanted = letter + 4;
      if (rest.length >= this.#wanted) this.#wanted = letter + rest.readUInt32BE(letter);
      if (rest.length < this.#wanted) break;
      const type = letter === 0 ? '' : String.fromCharCode(rest[0]!);
      messages.push({ type, body: rest.subarray(letter + 4, this.#wanted) });
      rest = rest.subarray(this.#wanted);
      this.#lettered = true;
    }
    this.#rest = [rest];
    this.#size = rest.length;
    return messages;
  }
}

/** The name of the statement that a Bind message takes. */
export function statementOf({ body }: Message): string {
  const portal = body.indexOf(0);
  return body.toString('utf8', portal + 1, body.indexOf(0, portal + 1));
}
