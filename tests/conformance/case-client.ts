// SPDX-License-Identifier: MIT
//
// CaseClient: the client of one case, through the published package: the steps that are its own, what became of them, and
// what is expected of it. Who plays the server is somebody else (scripted-case.ts, live-case.ts).
import Ablo, { type AbloOptions } from '@abloatai/ablo';
import assert from 'node:assert/strict';
import type { SentFrame } from '../support/scripted-socket';
import type { Operation, Row } from '../support/scripted-server';
import type { Json } from './case';

export class CaseClient {
  readonly ablo: any;
  /** By key: the code of its outcome, and what was said with it. */
  readonly settled: Record<string, Json> = {};
  readonly answered: Record<string, string> = {};
  #warnings = 0;
  readonly #fallen: Record<string, string[]> = {};
  readonly #stamps = new Map<string, number>();
  readonly #held: unknown[] = [];
  readonly #kept = new Map<string, { what: Json; value: unknown }>();
  readonly #stops: (() => void)[] = [];
  readonly #told = new Set<string>();
  readonly #sent: readonly SentFrame[];
  #read = 0;

  /** `sent` grows by what it sends. */
  constructor(options: AbloOptions, sent: readonly SentFrame[]) {
    const ignore = (): void => {};
    this.#sent = sent;
    this.ablo = Ablo({
      ...options,
      logger: { debug: ignore, info: ignore, error: ignore, warn: () => void this.#warnings++ },
    });
  }

  readonly steps: Record<string, (what: Json, step: Json) => unknown> = {
    write: (operations, step) => this.#write(operations, step),
    load: (query, step) => this.#load(query, step),
    snapshot: (entities, step) => this.#snapshot(entities, step),
    watch: (query, { as }) => this.#watch(query, as),
    keep: (what, { as }) => this.#kept.set(as, { what, value: this.#look(what) }),
    expect: (expected) => this.expect(expected),
  };

  async end(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.ablo.dispose();
  }

  /** What was written, with the stamps of snapshots in place of their names ("$s"). */
  stamped(written: Json): Json {
    if (typeof written !== 'object' || written === null) return this.#stamps.get(written) ?? written;
    if (Array.isArray(written)) return written.map((item) => this.stamped(item));
    return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, this.stamped(value)]));
  }

  async expect(written: Json): Promise<void> {
    const expectations: Record<string, (what: Json) => unknown> = {
      queries: async (what) => {
        for (const query of what) await this.#expectQuery(query);
      },
      row: (what) => {
        for (const [name, fields] of Object.entries(what)) this.#expectRow(this.#row(name), fields, name);
      },
      settled: (what) => {
        for (const [key, outcome] of Object.entries(what)) this.expectSettled(key, outcome);
      },
      answered: (what) => assert.deepEqual(pick(this.answered, what), what),
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
        const commits = this.#sent.slice(this.#read).filter(({ type }) => type === 'commit');
        this.#read = this.#sent.length;
        assert.deepEqual(commits.map(({ key }) => key), what);
      },
      pending: (what) => assert.equal(this.ablo.syncStatus.pendingChanges, what),
      connected: (what) => assert.equal(this.ablo.syncStatus.name === 'connected', what),
      warnings: (what) => assert.equal(this.#warnings, what),
    };
    for (const [name, what] of Object.entries<Json>(this.stamped(written))) {
      assert.ok(expectations[name], `no such expectation: ${name}`);
      await expectations[name](what);
    }
  }

  /** What is expected is a code, or what was said, or some of it. */
  expectSettled(key: string, expected: Json): void {
    const outcome = typeof expected === 'string' ? { code: expected } : expected;
    assert.ok(has(this.settled[key], outcome), `${key} settled with ${JSON.stringify(this.settled[key])}`);
  }

  // ── steps ──

  async #write(operations: Operation[], { key, options, error }: Json): Promise<void> {
    const input = { operations: actions(operations), idempotencyKey: key, ...options };
    const receipt = this.ablo.commits.create(input) as Promise<Json>;
    if (error) return assert.equal(await refusal(() => receipt), error);
    const before = this.settled[key];
    this.settled[key] = { code: 'pending' };
    receipt.then(
      (confirmed) => {
        const other = before?.code === 'confirmed' && before.lastSyncId !== confirmed.lastSyncId;
        this.settled[key] = { code: other ? 'two receipts' : 'confirmed', ...confirmed };
      },
      (thrown: Json) => (this.settled[key] = thrown.toJSON?.() ?? { code: String(thrown) }),
    );
  }

  async #load({ model: key, ...query }: Json, { as, error }: Json): Promise<void> {
    const answer = this.ablo.model(key).load(query);
    if (error) return assert.equal(await refusal(() => answer), error);
    this.answered[as] = 'waiting';
    answer.then(
      () => (this.answered[as] = 'ok'),
      (thrown: unknown) => (this.answered[as] = codeOf(thrown)),
    );
  }

  async #snapshot(entities: Json, { as, error }: Json): Promise<void> {
    if (error) return assert.equal(await refusal(() => this.ablo.snapshot(entities)), error);
    const snapshot = this.ablo.snapshot(entities);
    const fallen: string[] = (this.#fallen[as] = []);
    snapshot.onChange((change: Json) => fallen.push(`${change.model}/${change.id} ${change.severity}`));
    this.#held.push(snapshot);
    this.#stamps.set(`$${as}`, snapshot.stamp);
  }

  #watch({ model: key, ...query }: Json, as: string): void {
    let first = true;
    const stop = this.ablo.model(key).onChange(() => {
      if (!first) this.#told.add(as);
      first = false;
    }, query) as () => void;
    this.#stops.push(stop);
  }

  /** The row or the result itself, as the client hands it out. */
  #look({ row, query }: Json): unknown {
    if (row) return this.#row(row);
    const { model: key, ...rest } = query;
    return this.ablo.model(key).getAll(rest);
  }

  #row(name: string): Row | undefined {
    const slash = name.indexOf('/');
    return this.ablo.model(name.slice(0, slash)).get(name.slice(slash + 1)) as Row | undefined;
  }

  // ── expectations ──

  async #expectQuery({ query: { model: key, ...query }, ids, rows, count, error }: Json): Promise<void> {
    const ask = (): readonly Row[] => this.ablo.model(key).getAll(query) as Row[];
    assert.equal(await refusal(ask), error, JSON.stringify(query));
    if (ids) assert.deepEqual(ask().map((row) => row['id']), ids, JSON.stringify(query));
    if (rows) assert.equal(ask().length, rows.length);
    rows?.forEach((fields: Json, at: number) => this.#expectRow(ask()[at], fields, `${key} ${at}`));
    if (count !== undefined) assert.equal(this.ablo.model(key).getCount(query), count, JSON.stringify(query));
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

/** Operations in the words of `commits.create`. */
export const actions = (operations: Operation[]): object[] => operations.map(({ op, ...rest }) => ({ action: op, ...rest }));

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

/** Members that are not expected are left aside; "$any" is any value but null. */
function has(said: Json, expected: Json): boolean {
  if (expected === '$any') return said != null;
  if (typeof expected !== 'object' || expected === null) return said === expected;
  if (typeof said !== 'object' || said === null || Array.isArray(said) !== Array.isArray(expected)) return false;
  if (Array.isArray(expected) && said.length !== expected.length) return false;
  return Object.entries(expected).every(([name, member]) => has(said[name], member));
}

const pick = (from: Record<string, unknown>, names: object): object =>
  Object.fromEntries(Object.keys(names).map((name) => [name, from[name]]));
