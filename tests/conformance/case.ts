// SPDX-License-Identifier: MIT
//
// One case of this directory (README.md), played to a client of the published package. Its twin for the native core is
// tests/core/conformance_case.h.
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import assert from 'node:assert/strict';
import { ScriptedLine, turn } from '../support/scripted-socket';
import { ScriptedServer, type Operation, type Row } from '../support/scripted-server';

type Json = any;
export interface Case {
  name: string;
  needs: 'core' | 'server';
  given?: Json;
  steps?: Json[];
  expect: Json;
}

const codeOf = (thrown: unknown): string => (thrown as { code?: string }).code ?? String(thrown);

/** What a call was refused with, or undefined. */
async function refusal(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (thrown) {
    return codeOf(thrown);
  }
}

export class ConformanceCase {
  readonly #line = new ScriptedLine();
  readonly #server = new ScriptedServer();
  readonly #full: boolean;
  readonly #ablo: any;
  #warnings = 0;
  readonly #written = new Map<string, Operation[]>();
  readonly #decided = new Map<string, number>();
  readonly #settled: Record<string, string> = {};
  readonly #answered: Record<string, string> = {};
  readonly #loads = new Map<string, { request?: number; seq: number; rows: Row[] }>();
  readonly #fallen: Record<string, string[]> = {};
  readonly #held: unknown[] = [];
  readonly #kept = new Map<string, { what: Json; value: unknown }>();
  readonly #stops: (() => void)[] = [];
  readonly #told = new Set<string>();
  #read = 0;

  constructor(document: Json, given: Json = {}) {
    this.#full = given.bootstrap !== 'none';
    const ignore = (): void => {};
    this.#ablo = Ablo({
      schema: schemaOf(given.schema ?? document),
      apiKey: null,
      baseURL: 'http://scripted.invalid',
      bootstrap: this.#full ? 'full' : 'none',
      WebSocket: this.#line.WebSocket,
      logger: { debug: ignore, info: ignore, error: ignore, warn: () => void this.#warnings++ },
    });
    for (const [key, rows] of Object.entries<Row[]>(given.rows ?? {}))
      for (const row of rows) this.#server.put(key, row);
  }

  async start(given: Json = {}): Promise<void> {
    this.#ablo.ready().catch(() => {});
    await this.#line.called();
    if (given.connected !== false) await this.#connect('load');
  }

  async end(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#ablo.dispose();
  }

  async step(step: Json): Promise<void> {
    const [verb, what] = Object.entries<Json>(step)[0]!;
    const verbs: Record<string, () => unknown> = {
      write: () => this.#write(what, step),
      foreign: () => {
        this.#server.write(what);
        if (!step.hold) this.#line.say(this.#server.changes());
      },
      confirm: () => {
        const receipt = { type: 'receipt', key: what, attempt: 1, status: 'confirmed', seq: this.#decide(what) };
        this.#line.say(receipt);
      },
      echo: () => (this.#decide(what), this.#line.say(this.#server.changes())),
      reject: () => {
        const error = { code: step.code, message: 'm' };
        this.#line.say({ type: 'receipt', key: what, attempt: 1, status: 'rejected', error });
      },
      deliver: () => this.#line.say(this.#server.changes(what === true ? undefined : what)),
      disconnect: () => this.#line.lose(what),
      connect: () => this.#connect(what),
      load: () => this.#load(what, step),
      answer: () => this.#answer(what, step.error),
      frame: () => this.#line.say(this.#forThisSession(typeof what === 'string' ? what : JSON.stringify(what))),
      snapshot: () => this.#snapshot(what, step),
      watch: () => this.#watch(what, step.as),
      keep: () => this.#kept.set(step.as, { what, value: this.#look(what) }),
      expect: () => this.expect(what),
    };
    assert.ok(verbs[verb], `no such step: ${verb}`);
    await verbs[verb]();
    await turn();
  }

  async expect(expected: Json): Promise<void> {
    const expectations: Record<string, (what: Json) => unknown> = {
      queries: async (what) => {
        for (const query of what) await this.#expectQuery(query);
      },
      row: (what) => {
        for (const [name, fields] of Object.entries(what)) this.#expectRow(this.#row(name), fields, name);
      },
      settled: (what) => assert.deepEqual(pick(this.#settled, what), what),
      answered: (what) => assert.deepEqual(pick(this.#answered, what), what),
      same: (what) => {
        const same = (as: string): boolean => this.#look(this.#kept.get(as)!.what) === this.#kept.get(as)!.value;
        assert.deepEqual(Object.fromEntries(Object.keys(what).map((as) => [as, same(as)])), what);
      },
      fallen: (what) => assert.deepEqual(pick(this.#fallen, what), what),
      told: (what) => {
        assert.deepEqual([...this.#told].sort(), what);
        this.#told.clear();
      },
      sent: (what) => {
        const commits = this.#line.sent.slice(this.#read).filter(({ type }) => type === 'commit');
        this.#read = this.#line.sent.length;
        assert.deepEqual(commits.map(({ key }) => key), what);
      },
      pending: (what) => assert.equal(this.#ablo.syncStatus.pendingChanges, what),
      connected: (what) => assert.equal(this.#ablo.syncStatus.name === 'connected', what),
      warnings: (what) => assert.equal(this.#warnings, what),
    };
    for (const [name, what] of Object.entries(expected)) {
      assert.ok(expectations[name], `no such expectation: ${name}`);
      await expectations[name](what);
    }
  }

  // ── steps ──

  async #connect(how: string): Promise<void> {
    this.#ablo.nudgeReconnect();
    await this.#line.called();
    this.#line.open();
    this.#line.say(this.#server.welcome(how));
    if (how === 'load') this.#line.say(this.#server.loaded(this.#full));
    else if (this.#server.behind) this.#line.say(this.#server.changes());
    await turn();
  }

  async #write(operations: Operation[], { key, options, error }: Json): Promise<void> {
    const input = operations.map(({ op, ...rest }) => ({ action: op, ...rest }));
    const receipt = this.#ablo.commits.create({ operations: input, idempotencyKey: key, ...options });
    if (error) return assert.equal(await refusal(() => receipt), error);
    this.#written.set(key, operations);
    this.#settled[key] = 'pending';
    receipt.then(
      () => (this.#settled[key] = 'confirmed'),
      (thrown: unknown) => (this.#settled[key] = codeOf(thrown)),
    );
  }

  #decide(key: string): number {
    if (!this.#decided.has(key))
      this.#decided.set(key, this.#server.write(this.#written.get(key)!, this.#forThisSession('$session'), key));
    return this.#decided.get(key)!;
  }

  async #load({ model: key, ...query }: Json, { as, rows = [], error }: Json): Promise<void> {
    const before = this.#line.sent.length;
    const answer = this.#ablo.model(key).load(query);
    if (error) return assert.equal(await refusal(() => answer), error);
    this.#answered[as] = 'waiting';
    answer.then(
      () => (this.#answered[as] = 'ok'),
      (thrown: unknown) => (this.#answered[as] = codeOf(thrown)),
    );
    await turn();
    const request = this.#line.sent.slice(before).find(({ type }) => type === 'query')?.['request'] as number;
    const found = (rows as string[]).map((id) => this.#server.row(key, id)!);
    this.#loads.set(as, { request, seq: this.#server.head, rows: found });
  }

  #answer(as: string, error?: string): void {
    const { request, seq, rows } = this.#loads.get(as)!;
    const last = this.#line.sent.findLast(({ type }) => type === 'query')!;
    const said = error ? { error: { code: error, message: 'm' } } : { rows };
    this.#line.say({ type: 'answer', request: request ?? last['request'], seq, ...said });
  }

  async #snapshot(entities: Json, { as, error }: Json): Promise<void> {
    if (error) return assert.equal(await refusal(() => this.#ablo.snapshot(entities)), error);
    const snapshot = this.#ablo.snapshot(entities);
    const fallen: string[] = (this.#fallen[as] = []);
    snapshot.onChange((change: Json) => fallen.push(`${change.model}/${change.id} ${change.severity}`));
    this.#held.push(snapshot);
  }

  #watch({ model: key, ...query }: Json, as: string): void {
    let first = true;
    const stop = this.#ablo.model(key).onChange(() => {
      if (!first) this.#told.add(as);
      first = false;
    }, query) as () => void;
    this.#stops.push(stop);
  }

  /** The row or the result itself, as the client hands it out. */
  #look({ row, query }: Json): unknown {
    if (row) return this.#row(row);
    const { model: key, ...rest } = query;
    return this.#ablo.model(key).getAll(rest);
  }

  #row(name: string): Row | undefined {
    const slash = name.indexOf('/');
    return this.#ablo.model(name.slice(0, slash)).get(name.slice(slash + 1)) as Row | undefined;
  }

  #forThisSession(text: string): string {
    const hello = this.#line.sent.find(({ type }) => type === 'hello');
    return text.replaceAll('$session', (hello?.['session'] as string) ?? '');
  }

  // ── expectations ──

  async #expectQuery({ query: { model: key, ...query }, ids, rows, count, error }: Json): Promise<void> {
    const ask = (): readonly Row[] => this.#ablo.model(key).getAll(query) as Row[];
    assert.equal(await refusal(ask), error, JSON.stringify(query));
    if (ids) assert.deepEqual(ask().map((row) => row['id']), ids, JSON.stringify(query));
    if (rows) assert.equal(ask().length, rows.length);
    rows?.forEach((fields: Json, at: number) => this.#expectRow(ask()[at], fields, `${key} ${at}`));
    if (count !== undefined) assert.equal(this.#ablo.model(key).getCount(query), count, JSON.stringify(query));
  }

  #expectRow(row: Row | undefined, fields: Json, name: string): void {
    assert.equal(row === undefined, fields === null, `${name} is ${row ? '' : 'not '}there`);
    for (const [field, expected] of Object.entries<Json>(fields ?? {})) {
      const value: unknown = row![field] ?? null;
      if (expected === '$any') assert.notEqual(value, null, `${name}.${field}`);
      else if (value instanceof Date) assert.equal(value.getTime(), new Date(expected).getTime(), `${name}.${field}`);
      else if (typeof value === 'number' && typeof expected === 'string') assert.equal(value, Number(expected), `${name}.${field}`);
      else assert.deepEqual(value, expected, `${name}.${field}`);
    }
  }
}

function pick(from: Record<string, unknown>, names: object): object {
  return Object.fromEntries(Object.keys(names).map((name) => [name, from[name]]));
}

/** A schema as people write it, from its document. */
function schemaOf(document: Json) {
  const types: Record<string, (field: Json) => any> = {
    string: () => z.string(),
    number: () => z.number(),
    boolean: () => z.boolean(),
    date: () => z.date(),
    enum: ({ enumValues }) => z.enum(enumValues),
    json: () => z.json(),
  };
  const shapeOf = (fields: Record<string, Json>): Record<string, any> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const type = types[field.type]!(field);
        return [name, field.isOptional ? type.optional() : type];
      }),
    );
  const models = Object.entries<Json>(document.models);
  return defineSchema(
    Object.fromEntries(
      models.map(([key, { fields, mutable = true }]) => [key, model(shapeOf(fields), mutable ? {} : { mutable })]),
    ),
  );
}
