// SPDX-License-Identifier: MIT
//
// Where the WebAssembly comes from: by default a lazy chunk of our own with the module inlined as text, because that is
// the one form every bundler carries along; or what configureCore() was given. It is compiled once; every client gets
// an instance with a memory of its own.
import { instantiate } from '../../../wasm/boundary/loader';
import type { CoreModule } from '../../../wasm/boundary/module';

export interface CoreSource {
  /** A compiled module (workerd), its bytes, or an address to stream it from. */
  wasm: WebAssembly.Module | BufferSource | string | URL;
}

let source: CoreSource | undefined;
let compiled: Promise<WebAssembly.Module> | undefined;

/** Takes the WebAssembly from elsewhere. Before the first client connects. */
export function configureCore(from: CoreSource): void {
  source = from;
  compiled = undefined;
}

export async function loadCore(): Promise<CoreModule> {
  compiled ??= compile().catch((thrown: unknown) => {
    compiled = undefined;
    throw thrown;
  });
  return instantiate(await compiled);
}

async function compile(): Promise<WebAssembly.Module> {
  const wasm = source?.wasm;
  if (wasm === undefined) return WebAssembly.compile((await import('ablo:core-wasm')).default());
  if (wasm instanceof WebAssembly.Module) return wasm;
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) return WebAssembly.compile(wasm);
  const response = await fetch(wasm);
  const spare = response.clone();
  // Servers that do not know .wasm send another type, and streaming refuses it.
  return WebAssembly.compileStreaming(response).catch(async () => WebAssembly.compile(await spare.arrayBuffer()));
}
