// SPDX-License-Identifier: MIT
//
// A port for a server that has to come back to it: below those that the system gives to outgoing connections, or one of
// these would take it while the server is down.
import { createServer } from 'node:net';

const kFirst = 20_000;
const kPorts = 12_000;

export async function fixedPort(): Promise<number> {
  for (;;) {
    const port = kFirst + Math.floor(Math.random() * kPorts);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}
