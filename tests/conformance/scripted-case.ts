// SPDX-License-Identifier: MIT
//
// One case played to a client of the published package, with the test in the server's place. Its twin for the native core
// is tests/core/conformance_stage.h.
import assert from 'node:assert/strict';
import { ScriptedLine, turn } from '../support/scripted-socket';
import { ScriptedServer, type Operation, type Row } from '../support/scripted-server';
import { document, type Case, type Json } from './case';
import { CaseClient } from './case-client';
import { schemaOf } from './schema-of';

export class ScriptedCase {
  readonly #line = new ScriptedLine();
  readonly #server = new ScriptedServer();
  readonly #full: boolean;
  readonly #client: CaseClient;
  readonly #written = new Map<string, Operation[]>();
  readonly #decided = new Map<string, number>();
  readonly #loads = new Map<string, { request?: number; seq: number; rows: Row[] }>();

  constructor({ given = {} }: Case) {
    this.#full = given.bootstrap !== 'none';
    const options = {
      schema: schemaOf(given.schema ?? document),
      apiKey: null,
      baseURL: 'http://scripted.invalid',
      bootstrap: this.#full ? 'full' : 'none',
      WebSocket: this.#line.WebSocket,
    } as const;
    this.#client = new CaseClient(options, this.#line.sent);
    for (const [key, rows] of Object.entries<Row[]>(given.rows ?? {}))
      for (const row of rows) this.#server.put(key, row);
  }

  async play({ given, steps = [], expect }: Case): Promise<void> {
    try {
      this.#client.ablo.ready().catch(() => {});
      await this.#line.called();
      if (given?.connected !== false) await this.#connect('load');
      for (const step of steps) await this.#step(this.#client.stamped(step));
      await this.#client.expect(expect);
    } finally {
      await this.#client.end();
    }
  }

  async #step(step: Json): Promise<void> {
    const [verb, what] = Object.entries<Json>(step)[0]!;
    const verbs: Record<string, (what: Json, step: Json) => unknown> = {
      ...this.#client.steps,
      write: () => this.#write(what, step),
      foreign: () => {
        this.#server.write(what);
        if (!step.hold) this.#line.say(this.#server.changes());
      },
      confirm: () => this.#confirm(what),
      echo: () => this.#echo(what, step),
      reject: () => {
        const error = { code: step.code, message: 'm', ...step.details };
        this.#line.say({ type: 'receipt', key: what, attempt: 1, status: 'rejected', error });
      },
      deliver: () => this.#line.say(this.#server.changes(what === true ? undefined : what)),
      disconnect: () => this.#line.lose(what),
      connect: () => this.#connect(what),
      load: () => this.#load(what, step),
      answer: () => this.#answer(what, step.error),
      frame: () => this.#line.say(this.#forThisSession(typeof what === 'string' ? what : JSON.stringify(what))),
    };
    assert.ok(verbs[verb], `no such step: ${verb}`);
    await verbs[verb](what, step);
    await turn();
  }

  async #connect(how: string): Promise<void> {
    this.#client.ablo.nudgeReconnect();
    await this.#line.called();
    this.#line.open();
    this.#line.say(this.#server.welcome(how));
    if (how === 'load') this.#line.say(this.#server.loaded(this.#full));
    else if (this.#server.behind) this.#line.say(this.#server.changes());
    await turn();
  }

  async #write(operations: Operation[], step: Json): Promise<void> {
    await this.#client.steps['write']!(operations, step);
    if (!step.error) this.#written.set(step.key, operations);
  }

  #decide(key: string): number {
    if (!this.#decided.has(key))
      this.#decided.set(key, this.#server.write(this.#written.get(key)!, this.#forThisSession('$session'), key));
    return this.#decided.get(key)!;
  }

  #confirm(key: string, notifications?: Json): void {
    const seq = this.#decide(key);
    this.#line.say({ type: 'receipt', key, attempt: 1, status: 'confirmed', seq, notifications });
  }

  #echo(key: string, { notifications, effect }: Json): void {
    if (effect) this.#written.set(key, effect);
    this.#confirm(key, notifications);
    this.#line.say(this.#server.changes());
  }

  async #load(query: Json, step: Json): Promise<void> {
    const before = this.#line.sent.length;
    await this.#client.steps['load']!(query, step);
    if (step.error) return;
    await turn();
    const request = this.#line.sent.slice(before).find(({ type }) => type === 'query')?.['request'] as number;
    const rows = ((step.rows ?? []) as string[]).map((id) => this.#server.row(query.model, id)!);
    this.#loads.set(step.as, { request, seq: this.#server.head, rows });
  }

  #answer(as: string, error?: string): void {
    const { request, seq, rows } = this.#loads.get(as)!;
    const last = this.#line.sent.findLast(({ type }) => type === 'query')!;
    const said = error ? { error: { code: error, message: 'm' } } : { rows };
    this.#line.say({ type: 'answer', request: request ?? last['request'], seq, ...said });
  }

  #forThisSession(text: string): string {
    const hello = this.#line.sent.find(({ type }) => type === 'hello');
    return text.replaceAll('$session', (hello?.['session'] as string) ?? '');
  }
}
