// SPDX-License-Identifier: MIT
//
// The server that is fed: `ablo serve` as people start it, in a process of its own, on a Postgres of its own. Its memory and
// its stalls are read from inside (watch.mjs), its log is kept.
import { createSecretKey, kDefaultOrganization, openPostgres } from '@abloatai/ablo/server';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port';
import { startPostgres } from '../support/postgres';

export const schema = defineSchema({
  tasks: model({
    title: z.string(),
    status: z.enum(['todo', 'done']).default('todo'),
    points: z.number().optional(),
    done: z.boolean().optional(),
    dueAt: z.date().optional(),
    notes: z.any().optional(),
  }),
});

export interface Vitals {
  /** Bytes. */
  rss: number;
  /** The longest since the last reset, ms. */
  stall: number;
}

export interface FedServer {
  url: string;
  port: number;
  pid: number;
  key: string;
  hash: string;
  /** Where its rows are. */
  databaseUrl: string;
  log: () => string;
  alive: () => boolean;
  vitals(reset?: boolean): Promise<Vitals>;
  stop(): Promise<void>;
}

/** `more`: further arguments of the command. */
export async function startServer(more: string[] = []): Promise<FedServer> {
  const cluster = await startPostgres();
  const port = await freePort();
  const watch = fileURLToPath(new URL('watch.mjs', import.meta.url));
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const options = ['--port', String(port), '--host', '127.0.0.1', '--origin', 'https://board.example', '--log', 'debug', ...more];
  const env = { ...process.env, DATABASE_URL: cluster.url };
  const child = spawn(process.execPath, ['--import', watch, cli, 'serve', ...options], {
    env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text));
  let said = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const gone = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await gone;
    await cluster.stop();
  };
  try {
    while (!said.includes('listens')) {
      if (child.exitCode !== null) throw new Error(`the server ended: ${log}${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const database = await openPostgres(cluster.url);
    const { token: key } = await createSecretKey(database, { organization: kDefaultOrganization });
    await database.close();
    const url = `http://127.0.0.1:${port}`;
    const headers = { authorization: `Bearer ${key}` };
    const body = JSON.stringify({ schema: schema.document });
    const { hash } = (await (await fetch(`${url}/api/schema`, { method: 'POST', headers, body })).json()) as { hash: string };
    const vitals = async (reset = false) => {
      child.send(reset ? 'reset' : 'ask');
      return (await once(child, 'message'))[0] as Vitals;
    };
    return { databaseUrl: cluster.url, url, port, pid: child.pid!, key, hash, log: () => log, alive: () => child.exitCode === null, vitals, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
