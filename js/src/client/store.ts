// SPDX-License-Identifier: MIT
//
// Store: one client's core among what it cannot touch itself: memory of row objects, sockets, timers, listeners. It is
// started by its first use. Every call into the core goes through run() or view(), and what the core's frame says
// afterwards is handed to whoever it concerns.
//
//   call ──▶ core ──▶ drain ──▶ rows, queries, claims: bumped · settled, answered: promises · send, connect: connection
//                        └────▶ then, with no frame of WebAssembly on the stack: listeners
//
// Always true:
//   1. writes reach the core in the order they were called, also those called before it was there;
//   2. a read sees every write called before it;
//   3. listeners run at once after the first call of a turn, and once more for all the others of that turn: an input
//      field keeps its caret, and a thousand creates do not run a listener a thousand times.
import type { Client } from '../../../wasm/boundary/module';
import type { Claims } from '../coordination/claims';
import type { Intents } from '../coordination/intents';
import type { Snapshots } from '../coordination/snapshot';
import { Connection, type Tell } from '../connection/connection';
import { Core } from '../core/core';
import { readFrame, type FrameHandler } from '../core/frame';
import { Queries } from '../core/queries';
import { Rows } from '../core/rows';
import { abloError, asAbloError, type AbloError } from '../errors/errors';
import { Image } from '../storage/image';
import { keys, Signals } from '../tracking';
import type { Commits } from './commits';
import type { Settings } from './settings-types';
import type { Requests } from './requests';

/** How often a core that trapped is built again. */
const rebuilds = 3;

/** The core once it is there, with what reads from it. */
export interface View {
  readonly core: Core;
  readonly rows: Rows;
  readonly queries: Queries;
  /** The number of each model, by key. */
  readonly models: ReadonlyMap<string, number>;
}

/** Those whom records of the frame concern. */
export interface Parts {
  readonly commits: Commits;
  readonly requests: Requests;
  readonly claims: Claims;
  readonly intents: Intents;
  readonly snapshots: Snapshots;
}

export class Store {
  readonly signals: Signals;
  readonly connection: Connection;
  readonly #handler: FrameHandler;
  readonly #image: Image | undefined;
  #parts!: Parts;
  #view: View | undefined;
  #starting = false;
  #waiting: ((view: View | undefined) => void)[] = [];
  #failure: AbloError | undefined;
  #undrained = false;
  #flushing = false;
  #rebuilt = 0;

  constructor(readonly settings: Settings) {
    this.#failure = settings.error;
    this.#image = settings.storage && new Image(settings.storage, settings.logger);
    this.signals = new Signals((thrown) => settings.logger.error('A listener threw.', thrown));
    this.connection = new Connection(settings, {
      received: (frame) => this.#told(({ core }) => core.receive(frame, Date.now())),
      tell: this.tell,
    });
    this.#handler = this.#makeHandler();
  }

  attach(parts: Parts): void {
    this.#parts = parts;
  }

  /** What makes this client of no use, if something does. */
  get failure(): AbloError | undefined {
    return this.#failure;
  }

  /** The core, for a read; undefined before it is there. A read makes the client connect. */
  view(): View | undefined {
    this.start();
    return this.peek();
  }

  /** The same, for a look that is no use of it. */
  peek(): View | undefined {
    if (!this.#view) this.signals.read(keys.status);
    return this.#view;
  }

  /** The same, for reads of what the frame keeps up to date: results and lists of claims. Rows need no drain. */
  drained(): View | undefined {
    if (this.#undrained) this.#drain();
    return this.view();
  }

  /** Calls the core: at once, or as soon as it is there. */
  run<T>(call: (view: View) => T | PromiseLike<T>, Kind = Promise): Promise<T> {
    return new Kind((resolve, reject) => {
      const calling = (view: View | undefined) => {
        try {
          if (!view) throw this.#failure!;
          resolve(call(view));
        } catch (thrown) {
          reject(asAbloError(thrown));
        }
      };
      if (this.#failure) calling(undefined);
      else if (this.#view) this.#told(calling);
      else {
        const release = this.connection.hold();
        this.#waiting.push((view) => (release(), calling(view)));
        this.start();
      }
    });
  }

  /** Something happened that the core is to know of. */
  readonly tell: Tell = (event: keyof Client, ...details: unknown[]) =>
    this.#told(({ core }) => core.tell(event as 'opened', ...([...details, Date.now()] as [number])));

  start(): void {
    if (this.#starting || this.#failure) return;
    this.#starting = true;
    this.connection.start();
    this.#load().then((core) => this.#begin(core), (thrown: unknown) => this.#fail(asAbloError(thrown)));
  }

  /** Tells somebody outside, with nothing of ours on the stack. */
  notify(tell: () => void): void {
    queueMicrotask(() => {
      try {
        tell();
      } catch (thrown) {
        this.settings.logger.error('A listener threw.', thrown);
      }
    });
  }

  dispose(): void {
    this.#told(({ core, queries }) => {
      queries.stop();
      core.tell('stop', Date.now());
      void this.#image?.save(core);
      this.#drain(); // at once, with what other calls of this turn have left to the microtask
    });
    this.#fail(abloError('client_disposed'));
    this.#view?.core.delete();
    this.#view = undefined;
  }

  async #load(): Promise<Core> {
    const core = await Core.load(this.settings.core, this.settings.schema!.document);
    await this.#image?.restore(core);
    return core;
  }

  #begin(core: Core): void {
    if (this.#failure) return core.delete();
    const { columns } = this.settings.schema!;
    const rows = new Rows(core, (model, field) => columns[model]?.[field]?.nullable ?? false);
    const models = new Map(core.models.map(({ key }, number) => [key, number]));
    this.#view = { core, rows, queries: new Queries(core, rows, this.signals), models };
    this.#told((view) => {
      this.#parts.commits.again(view);
      this.#parts.requests.again(view);
      for (const call of this.#waiting.splice(0)) call(view);
      core.tell('start', Date.now());
      this.signals.bump(keys.status);
    });
  }

  /** Calls the core and passes on what it says. */
  #told(call: (view: View) => void): void {
    if (!this.#view) return;
    try {
      call(this.#view);
      this.#undrained = true;
      if (this.#flushing) return;
      this.#flushing = true;
      queueMicrotask(() => {
        this.#flushing = false;
        this.#flush();
      });
      this.#flush();
    } catch (thrown) {
      this.#aborted(asAbloError(thrown));
    }
  }

  /**
   * A core that trapped is built again: from the image, if there is one, and with what has not settled, under the same keys.
   * Its claims are lost, and its snapshots outdated. One that traps again and again is the end of this client.
   */
  #aborted(error: AbloError): void {
    if (error.code !== 'core_aborted' || ++this.#rebuilt > rebuilds) return this.#fail(error);
    this.settings.logger.error('The core is built again.', error);
    this.#image?.stop();
    this.#view?.queries.stop();
    this.#view = undefined;
    this.#starting = this.#undrained = false;
    this.connection.disconnect(1000);
    for (const part of ['claims', 'snapshots'] as const) this.#parts[part].fail(error);
    this.signals.bumpAll('');
    this.start();
  }

  #flush(): void {
    if (this.#undrained) this.#drain();
    this.signals.wake();
  }

  #drain(): void {
    this.#undrained = false;
    const frame = this.#view?.core.drain();
    if (!frame) return;
    readFrame(frame, this.#handler);
    this.#image?.saveLater(() => this.#told(({ core }) => void this.#image!.save(core)));
  }

  #fail(error: AbloError): void {
    this.#failure ??= error;
    this.#image?.stop();
    this.connection.stop();
    for (const call of this.#waiting.splice(0)) call(undefined);
    for (const part of ['commits', 'requests', 'claims', 'snapshots'] as const) this.#parts[part].fail(error);
    this.signals.bump(keys.status);
    this.signals.wake();
  }

  #makeHandler(): FrameHandler {
    const { signals, connection, settings } = this;
    const text = (number: number) => this.#view!.core.string(number);
    return {
      row: (model, _slot, _version, id) => {
        if (signals.followed) signals.bump(keys.row(model, text(id)));
      },
      query: (query) => this.#view!.queries.changed(query),
      claims: (model, id) => this.#parts.intents.changed(model, text(id)),
      settled: (commit, outcome, seq, said) => this.#parts.commits.settled(commit, outcome, seq, said),
      answered: (request, outcome, said) => this.#parts.requests.answered(request, outcome === 1, said),
      status: () => signals.bump(keys.status),
      premise: (snapshot, severity, model, id) => this.#parts.snapshots.fallen(snapshot, severity, model, text(id)),
      warning: (said) => settings.logger.warn(said),
      forget: (string) => this.#view!.core.forget(string),
      model: (model) => signals.bumpAll(keys.rows(model)),
      lost: (claim) => this.#parts.claims.lost(claim),
      send: (frame) => connection.send(frame),
      connect: () => connection.connect(),
      disconnect: (code) => connection.disconnect(code),
      wake: (at) => connection.wake(at),
      token: () => connection.fetchToken(),
    };
  }
}
