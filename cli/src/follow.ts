// SPDX-License-Identifier: MIT
//
// Following: the changes of an organization as they are committed, from now on. A connection that is lost is made again and
// goes on from the last change that was shown, so none is missed and none comes twice. It speaks the wire
// (docs/internals/wire.md) by hand: a client would keep rows, and here nothing is kept.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { NamedError } from '../../server/src/index';
import { request } from './request';

export interface Change {
  seq: number;
  kind: string;
  model: string;
  id: string;
  op: string;
  fields?: string[];
  row?: Record<string, unknown>;
  claim?: { status: string; action?: string; field?: string };
  actor?: { kind: string; id: string };
  at: number;
}

export interface Follower {
  change(change: Change): void;
  /** What happened to the connection, for people. */
  note(text: string): void;
}

interface Frame {
  type: string;
  seq?: number;
  epoch?: string;
  to?: number;
  start?: string;
  changes?: Change[];
  reason?: { message: string };
  error?: { code: string; message: string; retryAfterSeconds?: number };
}

const kLongestPause = 5_000; // ms
const kForGood = [4001, 4003, 4009];
const kSchema = 4010;

export async function follow(url: string, follower: Follower, signal: AbortSignal): Promise<void> {
  const following = new Following(url, follower);
  for (let tries = 0; !signal.aborted; tries++) {
    const reached = following.reached;
    const { code, error } = await following.connect(signal);
    if (signal.aborted) return;
    if (error && (kForGood.includes(code) || (code === kSchema && error.code !== 'schema_mismatch'))) throw NamedError.from(error);
    if (following.reached === 0) throw NamedError.from(error ?? { code: 'api_unreachable', message: `No server answers at ${url}.` });
    if (following.reached > reached) tries = 0;
    const wait = Math.max((error?.retryAfterSeconds ?? 0) * 1_000, Math.min(kLongestPause, 100 * 2 ** tries) * (0.5 + Math.random() / 2));
    if (tries === 0) follower.note(`The connection was lost (${error?.code ?? code}). Trying again…`);
    await pause(wait, undefined, { signal }).catch(() => {});
  }
}

class Following {
  /** How often a conversation was begun. */
  reached = 0;
  #cursor: number | undefined;
  #epoch = '';
  readonly #session = randomUUID();

  constructor(
    private readonly url: string,
    private readonly follower: Follower,
  ) {}

  /** One connection, until it ends. */
  async connect(signal: AbortSignal): Promise<{ code: number; error?: Frame['error'] }> {
    let hash: string;
    try {
      hash = await schemaHash(this.url);
    } catch (error) {
      if (this.reached === 0) throw error;
      return { code: 1006 };
    }
    const token = process.env['ABLO_API_KEY'];
    const protocols = ['ablo.v1', ...(token ? [`ablo.token.${token}`] : [])];
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/api/sync/ws`, protocols);
    const end = () => socket.close();
    signal.addEventListener('abort', end);
    let failure: Frame['error'];
    socket.on('open', () => socket.send(JSON.stringify(this.#hello(hash))));
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.error) failure = frame.error;
      this.#take(frame);
    });
    socket.on('error', () => {}); // its close follows
    const code = await new Promise<number>((resolve) => socket.on('close', resolve));
    signal.removeEventListener('abort', end);
    return { code, error: failure };
  }

  #hello(schema: string): object {
    const from = this.#cursor === undefined ? {} : { cursor: this.#cursor, epoch: this.#epoch };
    return { type: 'hello', schema, session: this.#session, bootstrap: 'none', ...from };
  }

  #take(frame: Frame): void {
    if (frame.type === 'welcome') {
      if (this.reached++ > 0) this.follower.note('Connected again.');
      this.#epoch = frame.epoch!;
    }
    if (frame.type === 'loaded') {
      if (frame.reason) this.follower.note(`Changes may be missing here: ${frame.reason.message}`);
      this.#cursor = frame.seq;
      this.#epoch = frame.epoch!;
    }
    if (frame.type === 'changes') {
      for (const change of frame.changes!) this.follower.change(change);
      this.#cursor = frame.to;
    }
  }
}

async function schemaHash(url: string): Promise<string> {
  const { active, hash } = await request<{ active: boolean; hash?: string }>(url, 'GET', '/schema');
  if (!active || !hash) throw new NamedError('schema_not_pushed');
  return hash;
}
