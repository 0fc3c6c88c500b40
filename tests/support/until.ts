// SPDX-License-Identifier: MIT
//
// Waiting for something to become true, asked again and again. A test never sleeps for a fixed time.

import { setTimeout as pause } from 'node:timers/promises';

type Falsy = false | 0 | '' | null | undefined;

export async function until<T>(what: string, ask: () => T | Promise<T>, timeout = 20_000): Promise<Exclude<T, Falsy>> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Exclude<T, Falsy>;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${timeout / 1000} s: ${what}`);
    await pause(25);
  }
}
