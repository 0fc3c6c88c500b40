// SPDX-License-Identifier: MIT
//
// What a browser test plays on: a sync server started from dist/cli.js as people start it, a database of its own,
// and the example's board in front, with its dozen rows. The server can be stopped, killed and started again on the
// same port and rows.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Ablo } from '@abloatai/ablo';
import type { Address } from '../../examples/task-board/address';
import { schema } from '../../examples/task-board/ablo.schema';
import { seed } from '../../examples/task-board/seed';
import { serveBoard, type BoardServer } from '../../examples/task-board/server';
import { freePort } from '../support/free-port';

export interface Stage {
  address: Address;
  board: BoardServer;
  /** The server stands still, as a machine does that is out of memory; its sockets stay open. */
  pause(): void;
  resume(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and rows. */
  start(): Promise<void>;
  /** All rows as a client sees them that has never been here before, in one order. */
  rows(): Promise<string[]>;
  close(): Promise<void>;
}

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const project = fileURLToPath(new URL('../../examples/task-board', import.meta.url));

/** `ablo dev` on PGlite. */
export async function openStage(): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'ablo-e2e-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  const args = ['dev', '--dir', directory, '--port', String(await freePort())];
  return openOn(new Server(args), async ({ url, apiKey }) => ({ url, apiKey: apiKey! }), remove);
}

/** `ablo serve` on a Postgres, with a key and the schema as its first steps say. */
export async function openPostgresStage(databaseUrl: string): Promise<Stage> {
  const boardPort = await freePort();
  const port = await freePort();
  const origin = `http://127.0.0.1:${boardPort}`;
  const args = ['serve', '--url', databaseUrl, '--host', '127.0.0.1', '--port', `${port}`, '--origin', origin];
  const introduce = async ({ url }: Ready) => {
    const { token } = await run<{ token: string }>(['keys', 'create', '--url', databaseUrl]);
    await run(['push', '--url', url], { ABLO_API_KEY: token });
    return { url, apiKey: token };
  };
  return openOn(new Server(args), introduce, async () => {}, boardPort);
}

interface Ready {
  url: string;
  apiKey?: string;
}

async function openOn(
  server: Server,
  introduce: (ready: Ready) => Promise<Address>,
  remove: () => Promise<void>,
  boardPort?: number,
): Promise<Stage> {
  const close = async (board?: BoardServer) => {
    await board?.close();
    await server.kill();
    await remove();
  };
  try {
    const address = await introduce(await server.start());
    await seed(address);
    const board = await serveBoard(address, boardPort);
    return {
      address,
      board,
      pause: () => server.signal('SIGSTOP'),
      resume: () => server.signal('SIGCONT'),
      kill: () => server.kill(),
      start: async () => void (await server.start()),
      rows: () => rowsAt(address),
      close: () => close(board),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function rowsAt({ url, apiKey }: Address): Promise<string[]> {
  const ablo = Ablo({ schema, apiKey, baseURL: url });
  try {
    const rows = await ablo.tasks.load({});
    return rows.map(({ id, status, title }) => `${id} ${status} ${title}`).sort();
  } finally {
    await ablo.dispose();
  }
}

/** One server after another, started with the same arguments. */
class Server {
  #process: ChildProcess | undefined;

  constructor(private readonly args: string[]) {}

  /** Ready: it has told its address and, if it watches a schema, that this is in force. */
  async start(): Promise<Ready> {
    const child = (this.#process = ablo(this.args));
    process.once('exit', () => child.kill('SIGKILL'));
    let ready: Ready | undefined;
    for await (const line of createInterface({ input: child.stdout! })) {
      const said = JSON.parse(line);
      if (said.event === 'ready') ready = said;
      if (said.code) throw new Error(`${said.code}: ${said.message}`);
      if (ready && (said.event === 'schema' || this.args[0] === 'serve')) {
        child.stdout!.resume();
        return ready;
      }
    }
    throw new Error(`ablo ${this.args.join(' ')} ended before it was ready`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#process!.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

function ablo(args: string[], env: Record<string, string> = {}): ChildProcess {
  const { DATABASE_URL: _, ABLO_API_KEY: __, ABLO_URL: ___, ...inherited } = process.env;
  return spawn(process.execPath, [cli, ...args, '--json'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...inherited, ...env },
  });
}

/** A command that ends by itself; what it said. */
async function run<T>(args: string[], env?: Record<string, string>): Promise<T> {
  const child = ablo(args, env);
  let text = '';
  child.stdout!.on('data', (part) => (text += part));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ablo ${args.join(' ')} ended with ${code}: ${text}`);
  return JSON.parse(text) as T;
}
