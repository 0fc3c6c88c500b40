// SPDX-License-Identifier: MIT
//
// ServerProcess: `ablo serve` in a process of its own, at one address. However it ends it is started again at once,
// until stop(). An end that nobody asked for is counted, unless it never got as far as listening: a database that is
// away does not let it start. Each time it starts its clock is wrong by something else.
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixedPort } from './fixed-port';
import { monotonic } from './clock';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const skewedClock = new URL('skewed-clock.mjs', import.meta.url).href;

export class ServerProcess {
  /** Ends that nobody asked for. */
  crashes = 0;
  /** When it began to listen, the last time. */
  upSince = 0;
  #process: ChildProcess | undefined;
  #listens = false;
  #killed = false;
  #stopped = false;
  readonly #log: number;

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly databaseUrl: string,
    directory: string,
    private readonly skew: () => number,
  ) {
    this.#log = openSync(join(directory, `server-${name}.log`), 'a');
  }

  /** `skew`: by how many ms its clock is wrong. */
  static async start(name: string, databaseUrl: string, directory: string, skew: () => number): Promise<ServerProcess> {
    const server = new ServerProcess(name, await fixedPort(), databaseUrl, directory, skew);
    process.once('exit', server.stop);
    server.#spawn();
    return server;
  }

  get isUp(): boolean {
    return this.#listens;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Ends it as a machine that loses power would: this instant. False: it was not up. */
  readonly kill = (): boolean => {
    if (!this.#listens) return false;
    this.#listens = false;
    this.#killed = true;
    return this.#process!.kill('SIGKILL');
  };

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  readonly stop = (): void => {
    process.removeListener('exit', this.stop);
    this.#stopped = true;
    this.#process?.kill('SIGKILL');
  };

  #spawn(): void {
    const { DATABASE_URL: _, ABLO_API_KEY: __, ABLO_URL: ___, ...inherited } = process.env;
    const args = ['--import', skewedClock, cli, 'serve', '--host', '127.0.0.1', '--port', String(this.port)];
    const env = { ...inherited, NO_COLOR: '1', DATABASE_URL: this.databaseUrl, CLOCK_SKEW: String(this.skew()) };
    const started = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', this.#log] });
    this.#process = started;
    this.#killed = false;
    started.stdout!.on('data', (text: Buffer) => {
      if (this.#killed || !text.includes('listens on')) return;
      this.#listens = true;
      this.upSince = monotonic();
    });
    started.once('exit', () => {
      if (this.#listens && !this.#stopped) this.crashes += 1;
      const soon = this.#listens || this.#killed ? 0 : 200;
      this.#listens = false;
      if (!this.#stopped) void pause(soon).then(() => this.#stopped || this.#spawn());
    });
  }
}
