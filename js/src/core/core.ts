// SPDX-License-Identifier: MIT
//
// Core: one client of the C++ core, with text and memory brought over the boundary (wasm/boundary/module.d.ts).
//
// Always true:
//   1. views on the memory are taken anew after each call, and everything is copied out before the next;
//   2. an error the core returns is thrown as an AbloError; a trap poisons the instance and every later call says so.
import type { Client, CoreModule } from '../../../wasm/boundary/module';
import { abloError, AbloError, AbloServerError, fromWire, reasonOf } from '../errors/errors';
import type { StoredImage } from '../storage/image';
import type { Frame } from './frame';
import { loadCore } from './load-core';

export interface CoreOptions {
  session: string;
  bootstrap: 'full' | 'none';
  agent?: string;
  /** Writes go by what was last read. */
  guard?: 'auto';
}

export interface CoreModel {
  key: string;
  fields: { name: string; type: 'string' | 'number' | 'boolean' | 'date' | 'enum' | 'json'; dateAsText?: boolean }[];
}

type Methods = Omit<Client, 'pointer' | 'delete'>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Longer text is encoded first: the core's memory never shrinks, and room for the worst case is three times as much. */
const longText = 65_536;

export class Core {
  readonly models: CoreModel[];
  readonly #module: CoreModule;
  readonly #client: Client;
  readonly #self: number;
  #strings: string[] = [];
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
    return this.guarded(() => (this.#client[method] as (...args: unknown[]) => ReturnType<Methods[M]>)(...args));
  }

  receive(frame: string | ArrayBuffer, now: number): void {
    const input = typeof frame === 'string' ? frame : new Uint8Array(frame);
    this.guarded((module, self) => module._ablo_receive(self, giveInput(module, self, input), now));
  }

  /** Applies operations to the view; the number of their commit. */
  commit(text: string, now: number): number {
    const commit = this.guarded((module, self) => module._ablo_commit(self, giveInput(module, self, text), now));
    return commit || this.ask('refusal');
  }

  /** What changed and what is to be done since the last drain, copied out; undefined when nothing. */
  drain(): Frame | undefined {
    return this.guarded((module, self) => {
      const at = module._ablo_drain(self) >>> 2;
      const { HEAPU8, HEAPU32 } = module;
      const words = HEAPU32[at]! >>> 2;
      const count = HEAPU32[at + 1]!;
      if (count === 0) return undefined;
      const bytes = HEAPU32[at + 2]!;
      return { words: HEAPU32.slice(words, words + count), bytes: HEAPU8.slice(bytes, bytes + HEAPU32[at + 3]!) };
    });
  }

  /** What became of the result of an open query since it was last asked for (module.d.ts). */
  edits(query: number): Uint32Array {
    return this.guarded((module, self) => {
      const at = module._ablo_edits(self, query) >>> 2;
      const { HEAPU32 } = module;
      const edits = HEAPU32[at]! >>> 2;
      return HEAPU32.slice(edits, edits + HEAPU32[at + 1]!);
    });
  }

  /** The text with that number, decoded once, or again after it was forgotten. */
  string(number: number): string {
    return (this.#strings[number] ??= this.guarded((module, self) => {
      const at = module._ablo_string(self, number) >>> 2;
      const { HEAPU32 } = module;
      return readText(module, HEAPU32[at]!, HEAPU32[at + 1]!);
    }));
  }

  /** How many rows an open query selects, or counts. */
  count(query: number): number {
    return this.guarded((module, self) => module._ablo_count(self, query));
  }

  /** What changed of the image since the last time, by its place. */
  saveImage(): { manifest: string; parts: Map<string, Uint8Array | undefined> } {
    return this.guarded((module) => {
      const { manifest, parts } = this.ask('saveImage') as {
        manifest: string;
        parts: [place: string, at: number, length: number][];
      };
      const copy = (at: number, length: number) => (length ? module.HEAPU8.slice(at, at + length) : undefined);
      return { manifest, parts: new Map(parts.map(([place, at, length]) => [place, copy(at, length)])) };
    });
  }

  restoreImage({ manifest, parts }: StoredImage): void {
    this.guarded((module, self) => {
      for (const part of parts) module._ablo_stage(self, giveInput(module, self, part));
    });
    this.ask('restoreImage', manifest);
  }

  forget(number: number): void {
    delete this.#strings[number];
  }

  forgetStrings(): void {
    this.#strings = [];
  }

  delete(): void {
    this.#trap ??= abloError('client_disposed');
    this.#client.delete();
  }

  /** Runs a piece of work on the core's memory: one for a whole result, since each costs a little. */
  guarded<T>(work: (module: CoreModule, self: number) => T): T {
    if (this.#trap) throw this.#trap;
    try {
      return work(this.#module, this.#self);
    } catch (thrown) {
      if (thrown instanceof WebAssembly.RuntimeError) {
        const message = `The WebAssembly core stopped (${thrown.message}).`;
        this.#trap = new AbloServerError('core_aborted', { message, cause: thrown });
      }
      throw this.#trap ?? thrown;
    }
  }
}

export function readText(module: CoreModule, at: number, length: number): string {
  return decoder.decode(module.HEAPU8.subarray(at, at + length));
}

/** Puts bytes where the core's next call looks for them; how many there are. */
function giveInput(module: CoreModule, self: number, input: string | Uint8Array): number {
  const short = typeof input === 'string' && input.length < longText;
  const bytes = typeof input !== 'string' || short ? input : encoder.encode(input);
  const at = module._ablo_input(self, short ? bytes.length * 3 : bytes.length);
  if (typeof bytes === 'string') return encodeAt(module.HEAPU8, at, bytes);
  module.HEAPU8.set(bytes, at);
  return bytes.length;
}

/** Writes text and returns its length in bytes. Ids are short ASCII nearly always, and that is quickest by hand. */
export function writeText(memory: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encodeAt(memory, at, text);
    memory[at + i] = code;
  }
  return text.length;
}

function encodeAt(memory: Uint8Array, at: number, text: string): number {
  return encoder.encodeInto(text, memory.subarray(at, at + text.length * 3)).written;
}
