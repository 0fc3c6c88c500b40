// SPDX-License-Identifier: MIT
//
// PostgresProxy: what one server takes for its Postgres. It knows when a commit is in flight and when it has taken
// effect, and strikes right then: whatever `strike` does is done before another byte passes.
import { createServer, type AddressInfo, type Server } from 'node:net';
import { PostgresLink, type Watch } from './postgres-link';

/** When to strike: with a commit on its way, or after it took effect and before its server knows. */
export type Moment = 'in flight' | 'committed';

/** How much later than the sending of a commit it may be, at most; half of the times it is at once. */
const kLate = 3; // ms

export class PostgresProxy {
  /** Commits that took effect, and whose answer went on. */
  commits = 0;
  readonly #links = new Set<PostgresLink>();
  readonly #server: Server;
  readonly #watch: Watch;
  #loses = false;
  #armed: { moment: Moment; late: number; strike: (moment: Moment) => void } | undefined;

  constructor(port: number) {
    this.#watch = {
      inFlight: () => this.#inFlight(),
      committed: () => this.#committed(),
      ended: (link) => void this.#links.delete(link),
    };
    this.#server = createServer((front) => void this.#links.add(new PostgresLink(front, port, this.#watch)));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Strikes at the next such moment; `chance` is between 0 and 1. It is told which moment it was. */
  arm(moment: Moment, chance: number, strike: (moment: Moment) => void): void {
    this.#armed = { moment, late: Math.max(0, 2 * chance - 1) * kLate, strike };
  }

  /** The answer to the next commit gets lost, with its connection; its server lives. False: somebody is to strike. */
  loseAnswer(): boolean {
    if (this.#armed) return false;
    this.#loses = true;
    return true;
  }

  disarm(): void {
    this.#armed = undefined;
  }

  close(): void {
    this.disarm();
    this.#server.close();
    for (const link of this.#links) link.cut();
  }

  #strike(moment: Moment): void {
    const armed = this.#armed;
    this.#armed = undefined;
    armed?.strike(moment);
  }

  #inFlight(): void {
    const armed = this.#armed;
    if (armed?.moment !== 'in flight') return;
    if (armed.late === 0) return this.#strike('in flight');
    setTimeout(() => this.#armed === armed && this.#strike('in flight'), armed.late);
  }

  /** One that was to be struck in flight, and was faster than we are, has committed all the same. */
  #committed(): boolean {
    if (this.#armed) {
      this.#strike('committed');
      return false;
    }
    const passes = !this.#loses;
    this.#loses = false;
    if (passes) this.commits += 1;
    return passes;
  }
}
