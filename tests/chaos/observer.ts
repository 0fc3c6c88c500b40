// SPDX-License-Identifier: MIT
//
// Observer: a socket that speaks the wire by hand and writes nothing. It keeps every change that it is told of, comes
// back from its cursor whenever it is cut off, and asks the server for rows in between.
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { monotonic } from './clock';
import type { Row, Said } from './event';
import type { History } from './history';
import { recordedSocket, saidBy } from './recorded-socket';
import { essence } from './workspace';

const kAsk = 150; // ms
const kBack = 100; // ms
const kAsked = ['accounts', 'counters', 'lists'];

export class Observer {
  /** How often it went on from its cursor. */
  resumes = 0;
  cursor: number | undefined;
  #epoch: string | undefined;
  #socket: WebSocket | undefined;
  #over = false;
  #requests = 0;
  readonly #session = randomUUID();
  readonly #asked = new Map<number, { model: string; began: number }>();
  readonly #asking: NodeJS.Timeout;

  constructor(
    readonly name: string,
    private readonly place: { baseURL: string; apiKey: string; hash: string },
    private readonly history: History,
  ) {
    this.#connect();
    this.#asking = setInterval(() => this.#ask(), kAsk);
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#asking);
    this.#socket?.terminate();
  }

  #connect(): void {
    const { baseURL, apiKey, hash } = this.place;
    const Recorded = recordedSocket((said: Said) => this.history.record(this.name, said), true);
    const socket = new Recorded(`${baseURL.replace('http', 'ws')}/api/sync/ws`, ['ablo.v1', `ablo.token.${apiKey}`]);
    this.#socket = socket;
    this.#asked.clear();
    let greeted = false;
    socket.on('open', () => {
      const { cursor } = this;
      const known = cursor === undefined ? {} : { cursor, epoch: this.#epoch };
      socket.send(JSON.stringify({ type: 'hello', schema: hash, session: this.#session, bootstrap: 'full', ...known }));
    });
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const frame = JSON.parse(String(data)) as { type: string } & Record<string, any>;
      const said = saidBy(frame, false);
      if (said?.kind === 'loaded') [this.cursor, this.#epoch] = [said.seq, frame['epoch'] as string];
      if (said?.kind === 'apply') this.cursor = said.to;
      if (said?.kind === 'welcome') this.resumes += said.start === 'resume' && !greeted ? 1 : 0;
      greeted ||= said?.kind === 'welcome';
      if (frame.type === 'answer') this.#answered(frame);
    });
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(() => this.#over || this.#connect(), kBack));
  }

  #ask(): void {
    if (this.#socket?.readyState !== 1 || this.cursor === undefined || this.#asked.size > 5) return;
    const request = ++this.#requests;
    const model = kAsked[request % kAsked.length]!;
    this.#asked.set(request, { model, began: monotonic() });
    this.#socket.send(JSON.stringify({ type: 'query', request, model }));
  }

  #answered({ request, seq, rows }: Record<string, any>): void {
    const asked = this.#asked.get(request as number);
    this.#asked.delete(request as number);
    if (!asked || !rows) return; // refused by name: the database is away
    const { model, began } = asked;
    const read = (rows as Row[]).map((row) => essence(model, row));
    this.history.record(this.name, { kind: 'read', began, seq: seq as number, model, rows: read });
  }
}
