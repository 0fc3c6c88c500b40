// SPDX-License-Identifier: MIT
//
// An instance of a module: its exports, its memory, and the one class it tells Embind of as a class of JavaScript. Emscripten's
// own loader does it for overloads, inheritance and smart pointers too, and finds files: 6 kB of brotli more.
import type { CoreMemory } from './module';

interface Exports {
  memory: WebAssembly.Memory;
  __indirect_function_table: WebAssembly.Table;
  _initialize(): void;
  malloc(length: number): number;
  free(at: number): void;
}

/** How values of a C++ type cross, where they are not the numbers they seem. */
interface Crossing {
  /** What C++ is called with, and what is done about it afterwards. */
  give?(value: string): number;
  done?(given: number): void;
  take?(returned: number): unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export async function instantiate<Module extends CoreMemory>(compiled: WebAssembly.Module): Promise<Module> {
  const module = {} as CoreMemory & Record<string, unknown>;
  const types = new Map<number, Crossing>();
  let construct: (...given: unknown[]) => number;
  let destroy: (self: number) => void;

  class Instance {
    [method: string]: unknown;
    readonly self: number;
    constructor(...given: unknown[]) {
      this.self = construct(...given);
    }
    delete(): void {
      destroy(this.self);
    }
  }

  const asItIs = (type: number) => void types.set(type, {});
  const string: Crossing = {
    give(text) {
      const bytes = encoder.encode(text);
      const at = exports.malloc(4 + bytes.length);
      if (at === 0) throw new WebAssembly.RuntimeError('out of memory');
      module.HEAPU32[at >>> 2] = bytes.length;
      module.HEAPU8.set(bytes, at + 4);
      return at;
    },
    done: (at) => exports.free(at),
    take(at) {
      const text = decoder.decode(module.HEAPU8.subarray(at + 4, at + 4 + module.HEAPU32[at >>> 2]!));
      exports.free(at);
      return text;
    },
  };

  const env = {
    _embind_register_void: asItIs,
    _embind_register_float: asItIs,
    _embind_register_integer: (type: number, _name: number, _size: number, least: number) =>
      void types.set(type, least === 0 ? { take: (returned) => returned >>> 0 } : {}),
    _embind_register_std_string: (type: number) => void types.set(type, string),
    _embind_register_class(...told: number[]) {
      const [name, , destructor] = told.slice(10); // after its type, pointers to it, its base and casts
      destroy = callable(destructor!);
      module[literal(name!)] = Instance;
    },
    // prettier-ignore
    _embind_register_class_constructor(_: number, count: number, at: number, _signature: number, invoker: number, target: number) {
      const call = caller(words(at, count), invoker);
      construct = (...given) => call([target], given) as number;
    },
    // prettier-ignore
    _embind_register_class_function(_: number, name: number, count: number, at: number, _signature: number, invoker: number, target: number) {
      const [result, , ...parameters] = words(at, count);
      const call = caller([result!, ...parameters], invoker);
      Instance.prototype[literal(name)] = function (this: Instance, ...given: unknown[]) {
        return call([target, this.self], given);
      };
    },
    emscripten_notify_memory_growth() {
      const { buffer } = exports.memory;
      module.HEAPU8 = new Uint8Array(buffer);
      module.HEAPU32 = new Uint32Array(buffer);
      module.HEAPF64 = new Float64Array(buffer);
    },
  };

  const callable = (number: number) => exports.__indirect_function_table.get(number) as (...given: number[]) => number;
  const literal = (at: number) => decoder.decode(module.HEAPU8.subarray(at, module.HEAPU8.indexOf(0, at)));
  const words = (at: number, count: number) => [...module.HEAPU32.subarray(at >>> 2, (at >>> 2) + count)];

  /** How C++ is called with values of the types it says, the first of them what it returns. */
  function caller([result, ...parameters]: number[], invoker: number) {
    const invoke = callable(invoker);
    return (first: number[], given: unknown[]): unknown => {
      const crossings = parameters.map((type) => types.get(type)!);
      const wired = crossings.map(({ give }, at) => (give ? give(given[at] as string) : (given[at] as number)));
      const returned = invoke(...first, ...wired);
      crossings.forEach(({ done }, at) => done?.(wired[at]!));
      const take = types.get(result!)?.take;
      return take ? take(returned) : returned;
    };
  }

  /** How C++ aborts. */
  const proc_exit = () => {
    throw new WebAssembly.RuntimeError('abort');
  };
  const imports = { env, wasi_snapshot_preview1: { proc_exit } };
  const exports = (await WebAssembly.instantiate(compiled, imports)).exports as unknown as Exports;
  for (const [name, value] of Object.entries(exports)) module[`_${name}`] = value;
  env.emscripten_notify_memory_growth();
  exports._initialize();
  return module as unknown as Module;
}
