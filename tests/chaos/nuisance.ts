// SPDX-License-Identifier: MIT
//
// Nuisance: what goes wrong beside the kills, all the time. Connections are cut, slow, half open; servers and
// sessions of the database stand still for a while, and so do clients; an answer of the database gets lost although its server lives.
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Random } from '../support/random';
import type { Clients } from './clients';
import type { History } from './history';
import type { Target } from './killer';
import type { SocketProxy } from './socket-proxy';

const kSockets = 500; // ms between two, twice as long at most
const kProcesses = 2_500;
const kSleepers = 4_000;
const kSleep = 3_000; // ms that clients stand still, at most: longer than their claims last
const [kShort, kLong] = [900, 7_000]; // ms that something stands still, at most
const kLongPart = 15; // of a hundred that stand still so many do it for long
const kAgain = 4; // of a hundred commits so many are said twice

export type Fault =
  | 'cut'
  | 'cut inside a frame'
  | 'slow'
  | 'half open'
  | 'left behind'
  | 'server stands still'
  | 'session stands still'
  | 'clients stand still'
  | 'answer lost';

export class Nuisance {
  readonly done: Partial<Record<Fault, number>> = {};
  #over = false;
  #running: Promise<unknown> = Promise.resolve();
  readonly #undo = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly history: History,
    private readonly random: Random,
  ) {}

  /** For the proxy: which commits are said twice, and when. */
  readonly again = (): number | undefined => {
    if (this.#over || !this.random.chance(kAgain)) return undefined;
    return this.random.chance(50) ? 0 : this.random.below(400);
  };

  start(sockets: SocketProxy, targets: readonly Target[], sleepers: Clients): void {
    this.#running = Promise.all([
      this.#repeat(kSockets, () => this.#disturb(sockets)),
      this.#repeat(kProcesses, () => this.#suspend(targets)),
      this.#repeat(kSleepers, () => this.#sleep(sleepers)),
    ]);
  }

  /** From here on nothing goes wrong, and what stood still goes on. */
  async stop(): Promise<void> {
    this.#over = true;
    this.#undoAll();
    await this.#running;
    this.#undoAll();
  }

  #undoAll(): void {
    for (const undo of this.#undo) undo();
  }

  async #repeat(every: number, happen: () => unknown): Promise<void> {
    while (!this.#over) {
      await happen();
      const next = Date.now() + every * 2 * this.random.next();
      while (Date.now() < next && !this.#over) await pause(20);
    }
  }

  #note(fault: Fault): void {
    this.done[fault] = (this.done[fault] ?? 0) + 1;
    this.history.record('nuisance', { kind: 'fault', what: fault });
  }

  /** Ends by itself, or with everything else. */
  #until(ms: number, undo: () => void): void {
    const once = () => {
      clearTimeout(timer);
      if (this.#undo.delete(once)) undo();
    };
    this.#undo.add(once);
    const timer = setTimeout(once, ms);
  }

  #disturb({ links }: SocketProxy): void {
    if (links.size === 0 || this.#over) return;
    const link = this.random.pick([...links]);
    const fault = this.random.pick<Fault>(['cut', 'cut inside a frame', 'slow', 'half open', 'left behind']);
    this.#note(fault);
    switch (fault) {
      case 'cut':
        return link.cut();
      case 'cut inside a frame':
        return link.cutInside();
      case 'slow':
        link.slow(5 + this.random.below(300));
        return this.#until(500 + this.random.below(2_000), () => link.resume());
      case 'left behind': {
        link.stall();
        const late = 100 + this.random.below(3_000);
        this.#until(50 + this.random.below(200), () => {
          link.leaveBehind();
          this.#until(late, () => link.resume());
        });
        return;
      }
      default: {
        link.stall();
        const isCut = this.random.chance(50);
        return this.#until(200 + this.random.below(2_500), () => (isCut ? link.cut() : link.resume()));
      }
    }
  }

  #sleep(sleepers: Clients): void {
    if (this.#over) return;
    sleepers.signal('SIGSTOP');
    this.#note('clients stand still');
    this.#until(300 + this.random.below(kSleep), () => sleepers.signal('SIGCONT'));
  }

  async #suspend(targets: readonly Target[]): Promise<void> {
    const { server, proxy } = this.random.pick(targets);
    if (this.#over || !server.isUp) return;
    const fault = this.random.pick<Fault>(['server stands still', 'session stands still', 'answer lost']);
    const ms = 50 + this.random.below(this.random.chance(kLongPart) ? kLong : kShort);
    if (fault === 'server stands still') {
      server.signal('SIGSTOP');
      this.#note(fault);
      this.#until(ms, () => server.signal('SIGCONT'));
    } else if (fault === 'answer lost') {
      if (proxy.loseAnswer()) this.#note(fault);
    } else {
      const pid = await this.#session().catch(() => undefined);
      if (pid === undefined || this.#over) return;
      if (signal(pid, 'SIGSTOP')) this.#note(fault);
      this.#until(ms, () => void signal(pid, 'SIGCONT'));
    }
  }

  /** A process of the database that works for a server. */
  async #session(): Promise<number | undefined> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'ablo' order by random() limit 1`,
      );
      return rows[0]?.pid;
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** False: it is gone. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
