// SPDX-License-Identifier: MIT
//
// Killer: ends servers and the database, one after the other, each when the one before is back and writes are
// confirmed again. A third of the servers ends between a COMMIT and its answer, a third with a commit in flight, a
// third at any time.
import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresCluster } from '../support/postgres';
import type { Random } from '../support/random';
import type { History } from './history';
import type { Moment, PostgresProxy } from './postgres-proxy';
import type { ServerProcess } from './server-process';

export type Kill = Moment | 'any time' | 'postmaster';

export interface Target {
  server: ServerProcess;
  proxy: PostgresProxy;
}

const kPause = 600; // ms after a write is confirmed again, at most, and then until it is time
const kPatience = 5_000; // ms for such a moment to come
const kBack = 30_000; // ms for writes to be confirmed again

export class Killer {
  readonly done: Record<Kill, number> = { committed: 0, 'in flight': 0, 'any time': 0, postmaster: 0 };

  constructor(
    private readonly targets: readonly Target[],
    private readonly cluster: PostgresCluster,
    private readonly history: History,
    private readonly random: Random,
    /** Which part of the writes is confirmed, from 0 to 1: the kills are spread over them. */
    private readonly progress: () => number,
  ) {}

  /** `say` hears of each that happened: a moment that does not come is replaced by any other. */
  async run(kills: number, postmasterKills: number, say: (kill: Kill, n: number) => void): Promise<void> {
    const kinds: Kill[] = ['committed', 'in flight', 'any time'];
    const plan: Kill[] = Array.from({ length: kills }, (_, i) => kinds[i % 3]!);
    for (let i = 0; i < postmasterKills; i++) {
      plan.splice(Math.floor(((i + 0.5) / postmasterKills) * plan.length), 0, 'postmaster');
    }
    for (const [i, kind] of plan.entries()) {
      await this.#writing();
      await pause(this.random.below(kPause));
      while (this.progress() < i / plan.length) await pause(10);
      const happened = kind === 'postmaster' ? await this.#killPostmaster() : await this.#killServer(kind);
      this.done[happened] += 1;
      say(happened, i + 1);
    }
    await this.#writing();
  }

  /** Until all servers are up, and a commit has been confirmed since. */
  async #writing(): Promise<void> {
    const deadline = Date.now() + kBack;
    const late = (what: string) => {
      if (Date.now() > deadline) throw new Error(`After ${kBack / 1000} s ${what}.`);
    };
    while (!this.targets.every(({ server }) => server.isUp)) {
      late('a server is not back');
      await pause(5);
    }
    const commits = () => this.targets.reduce((sum, { proxy }) => sum + proxy.commits, 0);
    for (const before = commits(); commits() === before; await pause(5)) late('nothing is confirmed');
  }

  async #killServer(kind: Moment | 'any time'): Promise<Kill> {
    if (kind !== 'any time') {
      const struck = await this.#strikeAt(kind);
      if (struck) return struck;
    }
    this.#kill(this.random.pick(this.targets), 'any time');
    return 'any time';
  }

  /** At every server's proxy; the first that comes to such a moment loses its server. */
  async #strikeAt(moment: Moment): Promise<Moment | undefined> {
    const disarm = () => this.targets.forEach(({ proxy }) => proxy.disarm());
    let late: NodeJS.Timeout;
    const struck = await new Promise<Moment | undefined>((resolve) => {
      late = setTimeout(() => resolve(undefined), kPatience);
      const chance = this.random.next();
      for (const target of this.targets) {
        target.proxy.arm(moment, chance, (at) => {
          disarm();
          this.#kill(target, at);
          resolve(at);
        });
      }
    });
    clearTimeout(late!);
    disarm();
    return struck;
  }

  #kill({ server }: Target, when: string): void {
    server.kill();
    this.history.record('killer', { kind: 'fault', what: `kill ${when}`, server: server.name });
  }

  async #killPostmaster(): Promise<Kill> {
    this.history.record('killer', { kind: 'fault', what: 'kill postmaster' });
    await this.cluster.kill();
    // Its children take a moment to go, and what it left does not let another one start before.
    for (let tries = 0; ; tries++) {
      try {
        await this.cluster.start();
        this.history.record('killer', { kind: 'fault', what: 'postmaster is back' });
        return 'postmaster';
      } catch (error) {
        if (tries > 100) throw error;
        await pause(100);
      }
    }
  }
}
