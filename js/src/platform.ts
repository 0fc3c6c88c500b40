// SPDX-License-Identifier: MIT
//
// Where this code runs, asked without assuming that any of it exists.

/** A page or a worker of a browser: anything that a stranger's machine may run. */
export function isBrowser(): boolean {
  const scope = globalThis as { window?: unknown; WorkerGlobalScope?: unknown; importScripts?: unknown };
  return scope.window !== undefined || scope.WorkerGlobalScope !== undefined || scope.importScripts !== undefined;
}

/** A variable of the environment; never in a browser. */
export function environment(name: string): string | undefined {
  if (isBrowser()) return undefined;
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name] || undefined;
}

/** Browsers offer randomUUID only to pages they call secure; a development page on the local network is not. */
export function randomId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, at) => {
    const marked = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What `await using` looks for; compilers agree on this stand-in where the platform has none. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as never);
