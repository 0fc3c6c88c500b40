// SPDX-License-Identifier: MIT
//
// Hub: the core's hub (wasm/core/include/ablo/hub.h) among the things it cannot touch itself: sockets, database, clock.
//
//   event (frame came, socket opened, database answered, time passed)
//     │   C++ decides
//     ▼
//   drain, once a turn of the event loop ──▶ send · call · close · wake · log · hint
//
// Always true:
//   1. effects are performed in the order the hub gave them, after every event of the same turn went in;
//   2. nothing calls into the module while a frame of its memory is being read;
//   3. a module that trapped is never entered again: its sockets are closed, they come back to a new one.
import type { Hub as CoreHub, HubModule } from '../../../wasm/boundary/module';
import { NamedError } from '../errors/named-error';
import type { Hints } from '../bus/hints';
import { isHeads } from '../bus/bus';
import type { Limits } from '../limits';
import type { Logger } from '../observe/log';
import type { Outage } from '../observe/outage';
import type { ShellCounts } from '../observe/shell-counts';
import type { Database } from '../postgres/database';
import type { Connections } from '../socket/connections';
import { readEffects, type Effect } from './effect';
import { loadHubModule } from './module';

interface Instance {
  module: HubModule;
  hub: CoreHub;
  self: number;
}

/** Who comes, as far as it is known yet. */
export interface Caller {
  address?: string;
  credential?: string;
  actor?: string;
  organization?: string;
}

/** What the core counts (Hub.metrics in wasm/boundary/module.d.ts). */
export interface HubFigures extends Record<string, unknown> {
  rejected: Record<string, number>;
  refused: Record<string, number>;
  limited: Record<string, number>;
  batchSizes: CoreHistogram;
  commitTimes: CoreHistogram;
  publishTimes: CoreHistogram;
}

export interface CoreHistogram {
  bounds: number[];
  counts: number[];
  sum: number;
}

export interface HubSurroundings {
  limits: Limits;
  database: Database;
  connections: Connections;
  log: Logger;
  outage: Outage;
  /** Where other servers are told of what grew here. */
  hints?: Hints | undefined;
  counts: ShellCounts;
}

export class Hub {
  #instance: Instance | undefined;
  #document: string | undefined;
  #drain: NodeJS.Immediate | undefined;
  #wake: NodeJS.Timeout | undefined;
  readonly #around: HubSurroundings;

  private constructor(around: HubSurroundings, instance: Instance) {
    this.#around = around;
    this.#instance = instance;
  }

  static async load(around: HubSurroundings): Promise<Hub> {
    return new Hub(around, await instantiate(around.limits));
  }

  /** False: the core stopped, and is not there again yet. */
  get stands(): boolean {
    return this.#instance !== undefined;
  }

  /** The schema in force from now on. Its hash. */
  setSchema(document: string): string {
    const { hash } = NamedError.unwrap<{ hash: string }>(this.#ask((hub) => hub.setSchema(document)));
    this.#document = document;
    this.#schedule();
    return hash;
  }

  /** What a schema would need of the database, before it is in force. */
  plan(document: string): { hash: string; statements: string[] } {
    return NamedError.unwrap(this.#ask((hub) => hub.plan(document)));
  }

  /** Throws `rate_limited` if somebody comes too often, or too many are here. */
  admit(visit: 'connection' | 'request', caller: Caller): void {
    const number = visit === 'connection' ? 1 : 2;
    NamedError.unwrap(this.#ask((hub) => hub.admit(number, JSON.stringify(caller), Date.now())));
    this.#schedule();
  }

  /** Throws by name if this is not JSON that may become objects. */
  check(bytes: Buffer): void {
    NamedError.unwrap(this.#ask((hub) => {
      this.#input(bytes);
      return hub.checkInput(bytes.length);
    }));
  }

  /** What to ask the database when somebody asks about claims by HTTP. Throws by name what cannot be asked. */
  coordinate(caller: object, asked: object): { function: string; input: string; wait?: number } {
    return NamedError.unwrap(this.#ask((hub) => hub.coordinate(JSON.stringify(caller), JSON.stringify(asked))));
  }

  open(socket: number, identity: string): void {
    if (!this.#instance) return this.#around.connections.close(socket, 1013, 'core_aborted');
    this.#enter(({ hub }) => hub.open(socket, identity, Date.now()));
  }

  receive(socket: number, bytes: Buffer): void {
    this.#enter(({ module, self }) => {
      this.#input(bytes);
      module._ablo_receive(self, socket, bytes.length, Date.now());
    });
  }

  closed(socket: number): void {
    this.#enter(({ hub }) => hub.closed(socket, Date.now()));
  }

  heads(heads: string): void {
    this.#enter(({ hub }) => hub.heads(heads, Date.now()));
  }

  /** What another server told, or what a bus of somebody else's makes of it. */
  hear(heads: unknown): void {
    if (!isHeads(heads)) return this.#around.log.debug('a hint that is none was dropped');
    this.#enter(({ hub }) => hub.hear(JSON.stringify(heads), Date.now()));
  }

  /** A log has grown by what a route did. */
  grew(organization: string, head: number): void {
    this.hear({ [organization]: head });
    this.#around.hints?.add(organization, head);
  }

  organizations(): string[] {
    return this.#instance ? (JSON.parse(this.#ask((hub) => hub.organizations())) as string[]) : [];
  }

  #tick(): void {
    this.#enter(({ hub }) => hub.tick(Date.now()));
  }

  retire(): void {
    this.#enter(({ hub }) => hub.retire(Date.now()));
  }

  statistics(): { sockets: number; inFlight: number } & Record<string, number> {
    return this.#instance ? JSON.parse(this.#ask((hub) => hub.statistics())) : { sockets: 0, inFlight: 0 };
  }

  metrics(): HubFigures | undefined {
    return this.#instance && (JSON.parse(this.#ask((hub) => hub.metrics())) as HubFigures);
  }

  dispose(): void {
    clearImmediate(this.#drain);
    clearTimeout(this.#wake);
    this.#instance?.hub.delete();
    this.#instance = undefined;
  }

  // Into the module.

  #enter(event: (instance: Instance) => void): void {
    const instance = this.#instance;
    if (!instance) return;
    try {
      event(instance);
      this.#schedule();
    } catch (error) {
      this.#aborted(error);
    }
  }

  #ask(question: (hub: CoreHub) => string): string {
    if (!this.#instance) throw new NamedError('core_aborted');
    try {
      return question(this.#instance.hub);
    } catch (error) {
      this.#aborted(error);
      throw new NamedError('core_aborted', undefined, { cause: error });
    }
  }

  #input(bytes: Uint8Array): void {
    const { module, self } = this.#instance!;
    const at = module._ablo_input(self, bytes.length); // may grow the memory: HEAPU8 is read after it
    module.HEAPU8.set(bytes, at);
  }

  #answer(instance: Instance, request: number, ok: boolean, text: string): void {
    if (instance !== this.#instance) return; // of a module that is gone
    const bytes = Buffer.from(text);
    this.#enter(({ module, self }) => {
      this.#input(bytes);
      module._ablo_answer(self, request, ok ? 1 : 0, bytes.length, Date.now());
    });
  }

  // Out of the module.

  #schedule(): void {
    this.#drain ??= setImmediate(() => {
      this.#drain = undefined;
      const instance = this.#instance;
      if (!instance) return;
      let effects: Effect[] = [];
      try {
        effects = readEffects(instance.module, instance.module._ablo_drain(instance.self));
      } catch (error) {
        return this.#aborted(error);
      }
      for (const effect of effects) this.#perform(instance, effect);
      for (const slow of this.#around.connections.flush()) this.#cut(slow);
    });
  }

  #perform(instance: Instance, effect: Effect): void {
    const { connections, database, log, outage, hints } = this.#around;
    switch (effect.kind) {
      case 'send':
        return connections.send(effect.sockets, effect.bytes, effect.opcode);
      case 'close':
        return connections.close(effect.socket, effect.code, effect.reason);
      case 'call':
        database.call(effect.fn, effect.organization, effect.input).then(
          (answer) => {
            outage.answered();
            this.#answer(instance, effect.request, true, answer);
          },
          (error: unknown) => {
            outage.failed(error, { fn: effect.fn });
            this.#answer(instance, effect.request, false, JSON.stringify({ error: NamedError.from(error) }));
          },
        );
        return;
      case 'wake':
        clearTimeout(this.#wake);
        this.#wake = setTimeout(() => this.#tick(), Math.max(0, effect.at - Date.now()));
        return;
      case 'hint':
        return hints?.add(effect.organization, effect.head);
      case 'log': {
        const { level, ...line } = JSON.parse(effect.line) as { level: 'debug' | 'info' | 'warn' };
        log[level](line);
      }
    }
  }

  #cut(slow: number): void {
    this.#around.counts.slowReaders++;
    this.#around.log.warn({ socket: slow }, 'a slow reader was cut');
    this.closed(slow);
  }

  #aborted(error: unknown): void {
    this.#instance = undefined;
    clearTimeout(this.#wake);
    this.#around.counts.coreStops++;
    this.#around.log.fatal({ err: error }, 'the core stopped and is built again');
    this.#around.connections.closeAll(1011, 'core_aborted');
    instantiate(this.#around.limits).then((instance) => {
      this.#instance = instance;
      if (this.#document) this.setSchema(this.#document);
    }).catch((failure: unknown) => this.#around.log.fatal({ err: failure }, 'the core cannot be built'));
  }
}

async function instantiate(limits: Limits): Promise<Instance> {
  const module = await loadHubModule();
  const hub = new module.Hub(JSON.stringify(limits));
  return { module, hub, self: hub.pointer() };
}
