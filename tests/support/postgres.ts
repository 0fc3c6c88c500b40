// SPDX-License-Identifier: MIT
//
// A Postgres cluster for one test run: made by initdb in a directory of its own, on a free port, with settings as
// they are in earnest (fsync on). Nothing of it is left after stop(), which also runs when the process that asked for
// it exits.
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port';
import { debianBin, programsOf, usual, type PostgresVersion } from './postgres-version';

const run = promisify(execFile);

export interface PostgresCluster extends AsyncDisposable {
  url: string;
  port: number;
  /** Runs SQL with psql, as the superuser; what it printed, without headers. */
  psql(sql: string, database?: string): Promise<string>;
  /** A database of its own for one test; its address. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server like a power switch would end its process: no shutdown, recovery at the next start. */
  kill(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Settings are lines of postgresql.conf. */
export async function startPostgres(
  settings: readonly string[] = [], version: PostgresVersion = usual,
): Promise<PostgresCluster> {
  const { bin, environment } = programsOf(version);
  const psql = join(debianBin(), 'psql');
  const directory = mkdtempSync(join(tmpdir(), 'ablo-pg-'));
  const data = join(directory, 'data');
  const port = await freePort();
  const prefix = asPostgres(directory);
  const pg = (program: string, ...args: string[]) => {
    const [command, ...words] = [...prefix, join(bin, program), ...args];
    return run(command!, words, { env: { ...process.env, ...environment } });
  };
  const control = (...args: string[]) => pg('pg_ctl', '-D', data, '-w', '-t', '60', '-s', ...args);

  await pg('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
  const place = [`listen_addresses = '127.0.0.1'`, `port = ${port}`, `unix_socket_directories = '${directory}'`];
  appendFileSync(join(data, 'postgresql.conf'), [...place, 'max_connections = 60', ...settings, ''].join('\n'));

  const start = async () => void (await control('-l', join(directory, 'log'), 'start'));
  let running = false;
  const remove = () => {
    process.removeListener('exit', remove);
    if (running) {
      try {
        process.kill(postmaster(data), 'SIGQUIT');
      } catch {
        // it is gone already
      }
    }
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', remove);
  await start();
  running = true;

  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const stop = async () => {
    if (running) await control('-m', 'immediate', 'stop').catch(() => {});
    running = false;
    remove();
  };
  return {
    url: url(),
    port,
    psql: async (sql, database) => {
      const options = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
      const { stdout } = await run(psql, [...options, '-c', sql, url(database)]);
      return stdout.trimEnd();
    },
    createDatabase: async (name) => {
      await run(psql, [url(), '-X', '-q', '-c', `create database "${name}"`]);
      return url(name);
    },
    kill: async () => {
      const pid = postmaster(data);
      process.kill(pid, 'SIGKILL');
      while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    start,
    restart: async () => void (await control('-m', 'fast', 'restart', '-l', join(directory, 'log'))),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Postgres does not run as root: there, the user of the package does it, who must be able to reach the directory. */
function asPostgres(directory: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const id = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
  const group = Number(execFileSync('id', ['-g', 'postgres'], { encoding: 'utf8' }));
  chownSync(directory, id, group);
  chmodSync(directory, 0o755);
  return ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];
}

function postmaster(data: string): number {
  return Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
