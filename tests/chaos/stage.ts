// SPDX-License-Identifier: MIT
//
// Stage: the parts of a run, all of them real. Servers know the database only through their proxies, clients know the
// servers only through theirs.
//
//   clients, observer ──▶ socket proxy ──▶ ablo serve ──▶ Postgres proxy ──▶ Postgres ◀── probe
//                                    └───▶ ablo serve ──▶ Postgres proxy ──┘
import { createSecretKey, openPostgres } from '@abloatai/ablo/server';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { firstRow, schema, seeded } from './workspace';
import type { Target } from './killer';
import { PostgresProxy } from './postgres-proxy';
import { ServerProcess } from './server-process';
import { SocketProxy } from './socket-proxy';
import type { Again } from './socket-link';

export interface StageSetting {
  servers: number;
  /** Which commits are said twice. */
  again?: Again;
  /** Run before a server starts. */
  sql?: string;
  /** Servers have the database itself for their database. */
  direct?: boolean;
  /** By how many ms the clock of a server is wrong, each time it starts. */
  skew?: () => number;
}

export const kOrganization = 'default';

export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'ablo-chaos-'));
  readonly targets: Target[] = [];
  cluster!: PostgresCluster;
  sockets!: SocketProxy;
  /** Where clients connect, and with what. */
  place!: { baseURL: string; apiKey: string; hash: string };

  static async open(setting: StageSetting): Promise<Stage> {
    const stage = new Stage();
    process.once('exit', stage.#remove);
    try {
      await stage.#open(setting);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** Leaves nothing behind but the directory, if it is kept. */
  async close({ keep = false } = {}): Promise<void> {
    for (const { server } of this.targets) server.stop();
    this.sockets?.close();
    for (const { proxy } of this.targets) proxy.close();
    await this.cluster?.stop();
    process.removeListener('exit', this.#remove);
    if (!keep) this.#remove();
  }

  readonly #remove = () => rmSync(this.directory, { recursive: true, force: true });

  async #open({ servers, again, sql, direct, skew = () => 0 }: StageSetting): Promise<void> {
    this.cluster = await startPostgres();
    const database = await openPostgres(this.cluster.url);
    await database.migrate();
    const { token } = await createSecretKey(database, { organization: kOrganization });
    await database.close();
    if (sql !== undefined) await this.cluster.psql(sql);
    for (let i = 0; i < servers; i++) {
      const proxy = new PostgresProxy(this.cluster.port);
      const port = await proxy.listen();
      const url = direct ? this.cluster.url : `postgres://postgres@127.0.0.1:${port}/postgres`;
      this.targets.push({ proxy, server: await ServerProcess.start('ab'[i]!, url, this.directory, skew) });
    }
    const up = () => this.targets.filter(({ server }) => server.isUp).map(({ server }) => server.port);
    await until('the servers listen', () => up().length === servers);
    this.sockets = new SocketProxy(up, again ?? (() => undefined));
    const baseURL = await this.sockets.listen();
    this.place = { baseURL, apiKey: token, hash: await this.#push(`http://127.0.0.1:${up()[0]}`, token) };
    await until('everybody has the schema', async () => {
      const hashes = await Promise.all(up().map((port) => this.#hashAt(`http://127.0.0.1:${port}`)));
      return hashes.every((hash) => hash === this.place.hash);
    });
    await this.#seed();
  }

  async #push(url: string, token: string): Promise<string> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ schema: schema.document });
    const response = await fetch(`${url}/api/schema`, { method: 'POST', headers, body });
    const pushed = (await response.json()) as { hash?: string };
    if (!pushed.hash) throw new Error(`The schema was not pushed: ${JSON.stringify(pushed)}`);
    return pushed.hash;
  }

  async #hashAt(url: string): Promise<string | undefined> {
    const response = await fetch(`${url}/api/schema`, { headers: { authorization: `Bearer ${this.place.apiKey}` } });
    return ((await response.json()) as { hash?: string }).hash;
  }

  /** The rows that are there from the beginning, in one commit. */
  async #seed(): Promise<void> {
    const { Ablo } = await import('@abloatai/ablo');
    const client = Ablo({ schema, ...this.place, agentId: 'seed' });
    const operations = Object.entries(seeded).flatMap(([model, ids]) =>
      ids.map((id) => ({ action: 'create' as const, model, id, data: firstRow(model) })),
    );
    await client.commits.create({ operations, idempotencyKey: 'seed' });
    await client.dispose();
  }
}
