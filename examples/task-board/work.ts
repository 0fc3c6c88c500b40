// SPDX-License-Identifier: MIT
//
// The agent's slow thinking: a bar that fills for some seconds. Enter ends it early; Ctrl-C ends it as a failure, so
// that whoever called can still tidy up.

import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export class Interrupted extends Error {}

const width = 24;

export async function work(seconds: number): Promise<void> {
  const end = new AbortController();
  const finish = () => end.abort();
  const interrupt = () => end.abort(new Interrupted());
  const terminal = createInterface({ input: process.stdin });
  terminal.once('line', finish).once('SIGINT', interrupt);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  try {
    for (let step = 0; step <= width && !end.signal.aborted; step++) {
      draw(step, seconds);
      await pause((seconds * 1000) / width, undefined, { signal: end.signal }).catch(() => {});
    }
    if (process.stdout.isTTY) process.stdout.write('\n');
    if (end.signal.reason instanceof Interrupted) throw end.signal.reason;
  } finally {
    terminal.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** One line that redraws itself in a terminal; a line every quarter elsewhere. */
function draw(step: number, seconds: number): void {
  const left = Math.ceil(seconds * (1 - step / width));
  const bar = '█'.repeat(step) + '░'.repeat(width - step);
  if (process.stdout.isTTY) process.stdout.write(`\r  ${bar}  ${left} s left, Enter to finish now `);
  else if (step % (width / 4) === 0) console.log(`  ${bar}  ${left} s left`);
}
