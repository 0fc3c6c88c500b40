// SPDX-License-Identifier: MIT
//
// Core: one client of the C++ core, with text and memory brought over the boundary (wasm/boundary/module.d.ts).
//
// Always true:
//   1. views on the memory are taken anew after each call, and everything is copied out before the next;
//   2. an error the core returns is thrown as an AbloError; a trap poisons the instance and every later call says so.
import type { Client, CoreModule } from '../../../wasm/boundary/module';
import { abloError, AbloError, AbloServerError, fromWire, reasonOf } from '../errors/errors';
import type { Frame } from './frame';
import { loadCore } from './load-core';

export interface CoreOptions {
  session: string;
  bootstrap: 'full' | 'none';
  agent?: string;
}

export interface CoreModel {
  key: string;
  fields: { name: string; type: 'string' | 'number' | 'boolean' | 'date' | 'enum' | 'json'; dateAsText?: boolean }[];
}

type Methods = Omit<Client, 'pointer' | 'delete'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Core {
  readonly models: CoreModel[];
  readonly #module: CoreModule;
  readonly #client: Client;
  readonly #self: number;
  readonly #strings: string[] = [];
  #trap: unknown;

  private constructor(module: CoreModule, options: CoreOptions, document: object) {
    this.#module = module;
    this.#client = new module.Client(JSON.stringify(options));
    this.#self = this.#client.pointer();
    this.ask('defineSchema', JSON.stringify(document));
    this.models = this.ask('models');
  }

  static async load(options: CoreOptions, document: object): Promise<Core> {
    try {
      return new Core(await loadCore(), options, document);
    } catch (thrown) {
      if (thrown instanceof AbloError) throw thrown;
      const next = "A page's Content-Security-Policy must allow 'wasm-unsafe-eval'.";
      const message = `The WebAssembly core could not be started (${reasonOf(thrown)}). ${next}`;
      throw new AbloServerError('core_aborted', { message, cause: thrown });
    }
  }

  /** Calls a method whose answer is JSON. */
  ask<M extends keyof Methods>(method: M, ...args: Parameters<Methods[M]>): any {
    const answer = JSON.parse(this.tell(method, ...args) as string) as { error?: unknown };
    if (answer?.error && method !== 'status') throw fromWire(answer);
    return answer;
  }

  tell<M extends keyof Methods>(method: M, ...args: Parameters<Methods[M]>): ReturnType<Methods[M]> {
    return this.#guarded(() => (this.#client[method] as (...args: unknown[]) => ReturnType<Methods[M]>)(...args));
  }

  receive(frame: string | ArrayBuffer, now: number): void {
    this.#guarded(() => {
      const bytes = typeof frame === 'string' ? encoder.encode(frame) : new Uint8Array(frame);
      const at = this.#module._ablo_input(this.#self, bytes.length);
      this.#module.HEAPU8.set(bytes, at);
      this.#module._ablo_receive(this.#self, bytes.length, now);
    });
  }

  /** What changed and what is to be done since the last drain, copied out; undefined when nothing. */
  drain(): Frame | undefined {
    return this.#guarded(() => {
      const at = this.#module._ablo_drain(this.#self) >>> 2;
      const { HEAPU8, HEAPU32 } = this.#module;
      const [words = 0, count = 0, bytes = 0, length = 0] = HEAPU32.subarray(at, at + 4);
      if (count === 0) return undefined;
      return { words: HEAPU32.slice(words >>> 2, (words >>> 2) + count), bytes: HEAPU8.slice(bytes, bytes + length) };
    });
  }

  /** The slot of a row in the view, or -1. */
  slot(model: number, id: string): number {
    return this.#guarded(() => {
      const at = this.#module._ablo_input(this.#self, id.length * 3);
      return this.#module._ablo_slot(this.#self, model, writeText(this.#module.HEAPU8, at, id));
    });
  }

  version(model: number, slot: number): number {
    return this.#guarded(() => this.#module._ablo_version(this.#self, model, slot));
  }

  /** Reads the packed row at `at`, a word's place in HEAPU32. Undefined when there is none. */
  row<T>(model: number, slot: number, read: (module: CoreModule, at: number) => T): T | undefined {
    return this.#guarded(() => {
      const pointer = this.#module._ablo_row(this.#self, model, slot);
      return pointer === 0 ? undefined : read(this.#module, pointer >>> 2);
    });
  }

  /** The slots of an open query's result, in order. */
  slots(query: number): Uint32Array {
    return this.#guarded(() => {
      const at = this.#module._ablo_rows(this.#self, query) >>> 2;
      const { HEAPU32 } = this.#module;
      return HEAPU32.slice(at + 1, at + 1 + HEAPU32[at]!);
    });
  }

  /** The text with that number, decoded once until the core forgets it. */
  string(number: number): string {
    return (this.#strings[number] ??= this.#guarded(() => {
      const at = this.#module._ablo_string(this.#self, number) >>> 2;
      const { HEAPU32 } = this.#module;
      return readText(this.#module, HEAPU32[at]!, HEAPU32[at + 1]!);
    }));
  }

  forget(number: number): void {
    delete this.#strings[number];
  }

  delete(): void {
    this.#trap ??= abloError('client_disposed');
    this.#client.delete();
  }

  #guarded<T>(call: () => T): T {
    if (this.#trap) throw this.#trap;
    try {
      return call();
    } catch (thrown) {
      if (thrown instanceof WebAssembly.RuntimeError) {
        const message = `The WebAssembly core stopped (${thrown.message}). Make a new client: what is pending here is not sent.`;
        this.#trap = new AbloServerError('core_aborted', { message, cause: thrown });
      }
      throw this.#trap ?? thrown;
    }
  }
}

export function readText(module: CoreModule, at: number, length: number): string {
  return decoder.decode(module.HEAPU8.subarray(at, at + length));
}

/** Writes short text and returns its length in bytes. Ids are ASCII nearly always, and that is quickest by hand. */
function writeText(memory: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encodeInto(text, memory.subarray(at, at + text.length * 3)).written;
    memory[at + i] = code;
  }
  return text.length;
}
