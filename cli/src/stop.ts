// SPDX-License-Identifier: MIT
//
// Stopping: the first Ctrl-C (or a termination) lets the command finish what it has to; the second ends it at once.

export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130);
        asked = true;
        resolve(signal);
      });
    }
  });
}
