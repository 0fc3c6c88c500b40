// SPDX-License-Identifier: MIT
//
// One case played to a client of the published package and a live server, in an organization of its own. The client is
// ada; ben, another client, writes the rows that are given and what somebody else writes. Nobody knows when a live server
// answers: it is waited for where a step says so, and not otherwise, so that what a write shows at once can be seen.
import Ablo from '@abloatai/ablo';
import { createSecretKey } from '@abloatai/ablo/server';
import type { TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { LiveLine } from '../support/live-line';
import type { Operation, Row } from '../support/scripted-server';
import { until } from '../support/until';
import { document, type Case, type Json } from './case';
import { actions, CaseClient } from './case-client';
import { onlyScripted } from './live-limits';
import { schemaOf } from './schema-of';

export const schema = schemaOf(document);

export class LiveCase {
  readonly #line = new LiveLine();
  #connected = false;
  #head = 0; // of what ben wrote
  readonly #unsettled = new Set<string>();
  readonly #client: CaseClient;
  readonly #ben: any;

  private constructor(given: Json, baseURL: string, apiKey: string) {
    const bootstrap = given.bootstrap ?? 'full';
    const { WebSocket, sent } = this.#line;
    this.#client = new CaseClient({ schema, baseURL, apiKey, agentId: 'ada', bootstrap, WebSocket }, sent);
    this.#ben = Ablo({ schema, baseURL, apiKey, agentId: 'ben', bootstrap: 'none' });
  }

  static async begin(server: TestServer, given: Json = {}): Promise<LiveCase> {
    const { token } = await createSecretKey(server.database, { organization: randomUUID() });
    const run = new LiveCase(given, server.url, token);
    try {
      await run.#begin(given);
      return run;
    } catch (thrown) {
      await run.end();
      throw thrown;
    }
  }

  async play(one: Case): Promise<void> {
    const { steps = [], expect } = one;
    assert.equal(onlyScripted(one), undefined);
    for (const step of steps) await this.#step(step);
    if (this.#connected) await this.#rest();
    await this.#client.expect(expect);
  }

  async end(): Promise<void> {
    await this.#client.end();
    await this.#ben.dispose();
  }

  async #begin({ rows = {}, connected = true }: Json): Promise<void> {
    const put = Object.entries<Row[]>(rows).flatMap(([model, all]) => all.flatMap((row) => putting(model, row)));
    if (put.length > 0) await this.#benWrites(put);
    if (!connected) this.#line.cut();
    this.#client.ablo.ready().catch(() => {});
    await until('the client calls', () => this.#line.called);
    if (connected) await this.#connect();
  }

  async #step(written: Json): Promise<void> {
    const step = this.#client.stamped(written);
    const [verb, what] = Object.entries<Json>(step)[0]!;
    const verbs: Record<string, (what: Json, step: Json) => unknown> = {
      ...this.#client.steps,
      write: async () => {
        await this.#client.steps['write']!(what, step);
        if (!step.error) this.#unsettled.add(step.key);
      },
      foreign: () => this.#foreign(what, step.hold),
      echo: () => this.#outcome(what, { code: 'confirmed', ...(step.notifications && { notifications: step.notifications }) }),
      reject: () => this.#outcome(what, { code: step.code, ...step.details }),
      answer: () => this.#answered(what),
      disconnect: () => {
        this.#connected = false;
        this.#line.cut();
        return until('the client noticed', () => this.#client.ablo.syncStatus.name !== 'connected');
      },
      connect: () => this.#connect(),
    };
    await verbs[verb]!(what, step);
  }

  async #connect(): Promise<void> {
    this.#line.mend();
    this.#client.ablo.nudgeReconnect();
    await until('the client is connected', () => this.#client.ablo.syncStatus.name === 'connected');
    await this.#hears();
    this.#connected = true;
  }

  /** After what the client wrote before. It hears of it, unless it is held back. */
  async #foreign(operations: Operation[], hold: boolean): Promise<void> {
    if (this.#connected) for (const key of this.#unsettled) await this.#settled(key);
    await this.#benWrites(operations);
    if (!hold) await this.#hears();
  }

  async #benWrites(operations: Operation[]): Promise<void> {
    this.#head = (await this.#ben.commits.create({ operations: actions(operations) })).lastSyncId;
  }

  #hears(): Promise<boolean> {
    return until('the client heard of it', () => this.#client.ablo.snapshot({}).stamp >= this.#head);
  }

  /** What nobody waited for is confirmed, and answered. */
  async #rest(): Promise<void> {
    for (const key of this.#unsettled) await this.#outcome(key, 'confirmed');
    for (const as of Object.keys(this.#client.answered)) await this.#answered(as);
  }

  #answered(as: string): Promise<boolean> {
    return until(`${as} is answered`, () => this.#client.answered[as] !== 'waiting');
  }

  async #outcome(key: string, expected: Json): Promise<void> {
    await this.#settled(key);
    this.#client.expectSettled(key, expected);
    this.#unsettled.delete(key);
  }

  #settled(key: string): Promise<boolean> {
    return until(`${key} has settled`, () => this.#client.settled[key].code !== 'pending');
  }
}

/** What makes a row that is given. Its base fields are the server's. */
function putting(model: string, { id, archivedAt, ...data }: Row): Operation[] {
  const create: Operation = { op: 'create', model, id, data };
  return archivedAt ? [create, { op: 'archive', model, id }] : [create];
}
