// SPDX-License-Identifier: MIT
//
// Where Ablo is and the key to it. `npm run demo` writes it down so that the agent finds the running demo; the file
// holds a secret and is readable by its owner only. ABLO_URL and ABLO_API_KEY come first.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Address {
  url: string;
  apiKey: string;
}

const file = fileURLToPath(new URL('.ablo/demo.json', import.meta.url));

/** For scripts: without an address there is nothing to do, and it says so. */
export async function readAddress(): Promise<Address> {
  const { ABLO_URL: url, ABLO_API_KEY: apiKey } = process.env;
  if (url && apiKey) return { url, apiKey };
  const written = await readFile(file, 'utf8').catch(() => undefined);
  if (!written) {
    console.error('No demo is running. Start one with `npm run demo`, or set ABLO_URL and ABLO_API_KEY.');
    process.exit(1);
  }
  return JSON.parse(written) as Address;
}

export async function writeAddress(address: Address): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, JSON.stringify(address), { mode: 0o600 });
}

export async function forgetAddress(): Promise<void> {
  await rm(file, { force: true });
}
