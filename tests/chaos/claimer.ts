// SPDX-License-Identifier: MIT
//
// Claimer: a client that claims tasks, waits in line for them, writes under its claims and over those of others, and does
// not always behave: it may be away past its time and write all the same, or leave a claim behind.
import { setTimeout as pause } from 'node:timers/promises';
import type { AbloError, ClaimHandle, ClaimOptions } from '@abloatai/ablo';
import type { Random } from '../support/random';
import { Calls } from './calls';
import { monotonic, timeOfDay } from './clock';
import type { History } from './history';
import { Nap } from './nap';
import { seeded } from './workspace';
import { connect, type Client, type Place } from './writer';

type Turn = 'brisk' | 'steady' | 'asleep' | 'free';

/** How often each is done, of a hundred times. */
const kShares: readonly [Turn, number][] = [['brisk', 30], ['steady', 25], ['asleep', 25], ['free', 20]];
const kParts = [undefined, undefined, ['title'], ['notes'], ['title', 'notes']] as const;
const kPatience = '4s';
const kSteady = '6s'; // longer than a server takes to come back
const kLeft = '1s';

type Claim = ClaimHandle<unknown>;

export class Claimer {
  readonly client: Client;
  readonly #nap = new Nap();
  readonly #calls: Calls;
  readonly #over = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    place: Place,
    private readonly history: History,
    private readonly random: Random,
  ) {
    this.client = connect(name, place, history, this.#nap);
    this.#calls = new Calls(name, history);
  }

  run(): void {
    this.#running = (async () => {
      while (!this.#over.signal.aborted) {
        await this.#turn();
        await this.#pause(this.random.below(80));
      }
    })();
  }

  /** Ends what it does, and leaves a claim behind that it will not keep. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#running;
    this.#nap.renews = false;
    await this.#claim({ id: this.random.pick(seeded.tasks), ttl: kLeft, wait: false });
  }

  async #turn(): Promise<void> {
    const { random } = this;
    const id = random.pick(seeded.tasks);
    const fields = random.pick(kParts);
    const field = random.pick<string>(fields ?? ['title', 'notes']);
    let share = random.below(100);
    const turn = kShares.find(([, size]) => (share -= size) < 0)![0];
    if (turn === 'free') {
      return this.#calls.run({ work: 'free', id }, (key) => this.#update(id, { [field]: `free ${key}` }, key));
    }
    const ms = 300 + random.below(turn === 'asleep' ? 700 : 1_700);
    const ttl = turn === 'steady' ? kSteady : (`${ms}ms` as const);
    const claim = await this.#claim({ id, ttl, fields, timeout: kPatience, signal: this.#over.signal });
    if (!claim) return;
    if (turn === 'brisk') await this.#write(claim, field);
    else if (turn === 'steady') await this.#writeOn(claim, field);
    else await this.#oversleep(claim, field, ms);
    this.history.record(this.name, { kind: 'let go', claim: claim.claimId });
    await claim.release().catch(() => {}); // it is over already, or the server is away: then its time will be
  }

  async #claim(options: ClaimOptions): Promise<Claim | undefined> {
    try {
      const claim = await this.client.tasks.claim(options);
      this.history.record(this.name, { kind: 'held', claim: claim.claimId, at: timeOfDay() });
      claim.signal.addEventListener('abort', () => {
        const lost = { kind: 'told lost', claim: claim.claimId, at: timeOfDay() } as const;
        if ((claim.signal.reason as AbloError).code === 'claim_lost') this.history.record(this.name, lost);
      });
      return claim;
    } catch (error) {
      const { code, name } = error as AbloError;
      this.history.record(this.name, { kind: 'unclaimed', code: code ?? name });
      return undefined;
    }
  }

  #write(claim: Claim, field: string, work: 'held' | 'late' = 'held'): Promise<void> {
    const { claimId, target } = claim;
    return this.#calls.run({ work, id: target.id, claim: claimId }, (key) =>
      this.#update(target.id, { [field]: `under ${claimId} ${key}` }, key, claim),
    );
  }

  /** For some seconds, through whatever happens. */
  async #writeOn(claim: Claim, field: string): Promise<void> {
    const until = monotonic() + 1_500 + this.random.below(4_000);
    while (monotonic() < until && !claim.signal.aborted && !this.#over.signal.aborted) {
      await this.#write(claim, field);
      await this.#pause(100 + this.random.below(200));
    }
  }

  /** It wakes up when its time is over, and writes before it hears of that. */
  async #oversleep(claim: Claim, field: string, ttl: number): Promise<void> {
    this.#nap.begin();
    await this.#pause(ttl + 20 + this.random.below(500));
    const written = this.#write(claim, field, 'late');
    await pause(30);
    this.#nap.end();
    await written;
  }

  /** Or until it is over. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#over.signal }).catch(() => {});
  }

  #update(id: string, data: { title?: string; notes?: string }, key: string, claim?: Claim): Promise<unknown> {
    return this.client.tasks.update(id, data, { claim, idempotencyKey: key, wait: 'confirmed' });
  }
}
