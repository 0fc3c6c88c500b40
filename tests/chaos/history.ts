// SPDX-License-Identifier: MIT
//
// History: events on their way into a file of this process, and all files of a run read back in the order of time.
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonic } from './clock';
import type { Event, Said } from './event';

const kLines = 500;

export class History {
  #lines: string[] = [];
  readonly #file: string;

  constructor(directory: string, name: string) {
    this.#file = join(directory, `history-${name}.jsonl`);
    appendFileSync(this.#file, '');
  }

  record(session: string, said: Said): void {
    this.#lines.push(JSON.stringify({ t: monotonic(), session, ...said }));
    if (this.#lines.length >= kLines) this.flush();
  }

  flush(): void {
    if (this.#lines.length > 0) appendFileSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

export function readHistory(directory: string): Event[] {
  const files = readdirSync(directory).filter((name) => name.startsWith('history-'));
  const lines = files.flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'));
  const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
  return events.sort((a, b) => a.t - b.t);
}
