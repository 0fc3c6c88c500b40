// SPDX-License-Identifier: MIT
//
// The WebAssembly module of the hub, inlined in the bundle as text. It is compiled once a process; each
// call makes a fresh instance, with a memory of its own.
import { instantiate } from '../../../wasm/boundary/loader';
import type { HubModule } from '../../../wasm/boundary/module';

let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const { default: bytes } = await import('ablo:hub-wasm');
  return WebAssembly.compile(bytes());
}

export async function loadHubModule(): Promise<HubModule> {
  return instantiate(await (compiled ??= compile()));
}
