// SPDX-License-Identifier: MIT
//
// The memories of the modules that servers of this process start: the database's first, the core's last.
import { after, before } from 'node:test';

export const memories: WebAssembly.Memory[] = [];

const { instantiate } = WebAssembly;

/** From here to the end of the test file; before anything of a server was imported. */
export function watchMemories(): void {
  before(() => {
    WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
      const made = (await instantiate(module, imports)) as WebAssembly.Instance | WebAssembly.WebAssemblyInstantiatedSource;
      const { exports } = 'instance' in made ? made.instance : made; // from bytes it gives the module besides
      memories.push(...Object.values(exports).filter((value) => value instanceof WebAssembly.Memory));
      return made;
    }) as typeof instantiate;
  });
  after(() => void (WebAssembly.instantiate = instantiate));
}
