// SPDX-License-Identifier: MIT
//
// Clients: one process of them, as whoever started it sees it.
import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Asked, Setting, Told } from './client-talk';

const program = fileURLToPath(new URL('client-process.ts', import.meta.url));
const skewedClock = new URL('skewed-clock.mjs', import.meta.url).href;

export class Clients {
  ok = 0;
  fail = 0;
  info = 0;
  readonly #process: ChildProcess;
  readonly #told = new EventEmitter();

  constructor(setting: Setting) {
    const env = { ...process.env, CLOCK_SKEW: String(setting.skew) };
    this.#process = fork(program, [JSON.stringify(setting)], { env, execArgv: ['--import', skewedClock, '--import', 'tsx'] });
    process.once('exit', this.end);
    this.#process.on('message', (told: Told) => {
      if (told.told === 'progress') ({ ok: this.ok, fail: this.fail, info: this.info } = told);
      else this.#told.emit(told.told);
    });
    this.#process.once('exit', (code) => {
      this.#told.emit('error', new Error(`The clients ended by themselves (${code}).`));
    });
  }

  async ready(): Promise<void> {
    await once(this.#told, 'ready');
  }

  write(): void {
    this.#ask({ ask: 'write' });
  }

  /** Resolves when everything that was called has ended. */
  async stop(): Promise<void> {
    this.#ask({ ask: 'stop' });
    await once(this.#told, 'stopped');
  }

  /** Resolves when everybody has the log up to there, and has written down what it shows. */
  async show(head: number, since: number): Promise<void> {
    this.#ask({ ask: 'show', head, since });
    await once(this.#told, 'shown');
  }

  /** All of them stand still, or go on. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  readonly end = (): void => {
    process.removeListener('exit', this.end);
    this.#process.removeAllListeners('exit');
    this.#process.kill('SIGKILL');
  };

  #ask(asked: Asked): void {
    this.#process.send(asked);
  }
}
