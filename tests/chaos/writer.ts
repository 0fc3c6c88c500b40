// SPDX-License-Identifier: MIT
//
// Writer: one client that writes all the time, several things at once, and writes down of each what it wanted and how
// it ended. Keys count up in the order of the calls.
import Ablo, { type AbloError } from '@abloatai/ablo';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../support/random';
import type { End, Invoke, Row, Said, Work } from './event';
import type { History } from './history';
import type { Nap } from './nap';
import { recordedSocket } from './recorded-socket';
import { models, schema, seeded } from './workspace';

const kAtOnce = 12;

/** How often each is done, of a hundred times. */
const kShares: readonly [Work, number][] = [
  ['update', 34], ['create', 18], ['several', 8], ['delete', 4], ['transfer', 14], ['increment', 12], ['append', 10],
];

export interface Place {
  baseURL: string;
  apiKey: string;
}

export type Client = ReturnType<typeof connect>;

export function connect(name: string, { baseURL, apiKey }: Place, history: History, nap?: Nap) {
  const record = (said: Said) => history.record(name, said);
  const socket = recordedSocket(record, false, nap);
  return Ablo({ schema, baseURL, apiKey, agentId: name, bootstrap: 'full', logLevel: 'silent', WebSocket: socket });
}

/** Everything a client shows. */
export function shown(client: Client): Record<string, Row[]> {
  return Object.fromEntries(models.map((model) => [model, [...client.model(model as 'notes').getAll()] as Row[]]));
}

export class Writer {
  readonly client: Client;
  readonly counts = { ok: 0, fail: 0, info: 0 };
  readonly #under = new Set<Promise<void>>();
  readonly #own: string[] = [];
  #stopped = false;
  #calls = 0;

  constructor(
    readonly name: string,
    place: Place,
    private readonly history: History,
    private readonly random: Random,
    /** Writes a second, at most. */
    private readonly rate: number,
  ) {
    this.client = connect(name, place, history);
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#under.size >= kAtOnce) await Promise.race(this.#under);
      else this.#call(this.#work());
      await pause((this.random.next() * 2_000) / this.rate);
    }
  }

  /** Resolves when everything that was called has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#under);
    await this.client.waitForFlush();
  }

  #work(): Work {
    let share = this.random.below(100);
    return kShares.find(([, size]) => (share -= size) < 0)![0];
  }

  #call(work: Work): void {
    const key = `${this.name}:${++this.#calls}`;
    const written = this.#write(work, key);
    const end = (kind: End, code?: string) => {
      this.counts[kind] += 1;
      this.history.record(this.name, { kind, key, code });
    };
    const settled = written
      .then(() => {
        if (work === 'create') this.#own.push(key);
        end('ok');
      })
      .catch(({ code }: AbloError) => end(code === 'commit_no_result' ? 'info' : 'fail', code))
      .finally(() => this.#under.delete(settled));
    this.#under.add(settled);
  }

  #write(work: Work, key: string): Promise<unknown> {
    const { client, random, name } = this;
    const options = { idempotencyKey: key, wait: 'confirmed' } as const;
    const invoke = (rows: Invoke['rows'], readAt?: number) =>
      this.history.record(name, { kind: 'invoke', key, work, operations: rows.length, rows, readAt });
    const note = { text: key, by: name };

    switch (work) {
      case 'create':
        invoke([{ model: 'notes', id: key }]);
        return client.notes.create({ id: key, data: note, ...options });
      case 'several': {
        const ids = Array.from({ length: 2 + random.below(4) }, (_, i) => `${key}.${i}`);
        invoke(ids.map((id) => ({ model: 'notes', id })));
        return client.commits.create({
          operations: ids.map((id) => ({ action: 'create', model: 'notes', id, data: note })),
          ...options,
        });
      }
      case 'delete': {
        const id = this.#own.shift();
        if (id === undefined) return this.#write('create', key).then(() => void this.#own.push(key));
        invoke([{ model: 'notes', id }]);
        return client.notes.delete(id, options);
      }
      case 'transfer': {
        const ids = [random.pick(seeded.accounts), random.pick(seeded.accounts)] as const;
        if (ids[0] === ids[1]) return this.#write('update', key);
        const { stamp } = client.snapshot({ accounts: ids });
        const [from, to] = ids.map((id) => client.accounts.get(id)!.balance) as [number, number];
        const amount = 1 + random.below(20);
        invoke([{ model: 'accounts', id: ids[0], saw: from }, { model: 'accounts', id: ids[1], saw: to }], stamp);
        return client.commits.create({
          operations: [
            { action: 'update', model: 'accounts', id: ids[0], data: { balance: from - amount, tag: key } },
            { action: 'update', model: 'accounts', id: ids[1], data: { balance: to + amount, tag: key } },
          ],
          readAt: stamp,
          ...options,
        });
      }
      case 'increment': {
        const id = random.pick(seeded.counters);
        invoke([{ model: 'counters', id }]);
        return client.counters.update(id, ({ count }: { count: number }) => ({ count: count + 1, tag: key }), options);
      }
      case 'append': {
        const id = random.pick(seeded.lists);
        invoke([{ model: 'lists', id }]);
        const append = ({ items }: { items: string[] }) => ({ items: [...items, key], tag: key });
        return client.lists.update(id, append, options);
      }
      default: {
        const id = random.pick(seeded.notes);
        invoke([{ model: 'notes', id }]);
        return client.notes.update(id, note, options);
      }
    }
  }
}
