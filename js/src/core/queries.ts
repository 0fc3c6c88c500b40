// SPDX-License-Identifier: MIT
//
// Queries: the open live queries of one client and their results. The core keeps them up to date; here is only which
// ones are open, and the array each of them gave last: it stays the same array until the core says that the query
// changed.
//
// A query is closed when nobody listened to it and nobody asked for some seconds: between the render that reads it and
// the subscription that keeps it there may be that much time.
import { keys, type Signals } from '../tracking';
import type { Core } from './core';
import type { Result, Row, Rows } from './rows';
import { patience } from './sweep';

interface OpenQuery {
  readonly number: number;
  readonly model: number;
  readonly text: string;
  result: Result;
  /** What it gave is no longer so. */
  changed: boolean;
  count?: number;
  usedAt: number;
}

export class Queries {
  readonly #byText = new Map<string, OpenQuery>();
  readonly #byNumber = new Map<number, OpenQuery>();

  constructor(private readonly core: Core, private readonly rows: Rows, private readonly signals: Signals) {
    rows.sweep.first(() => this.#closeUnused());
  }

  /** The rows that match, in order: the same array until that changes. `text` is the query as canonical JSON. */
  read(text: string): readonly Row[] {
    const query = this.#use(text);
    if (query.changed) query.result = this.rows.edited(query.model, query.result, this.core.edits(query.number));
    query.changed = false;
    return query.result.rows;
  }

  count(text: string): number {
    const query = this.#use(text);
    return (query.count ??= this.core.count(query.number));
  }

  text(number: number): string {
    return this.#byNumber.get(number)!.text;
  }

  changed(number: number): void {
    const query = this.#byNumber.get(number);
    if (!query) return;
    query.changed = true;
    query.count = undefined;
    this.signals.bump(keys.query(number));
  }

  stop(): void {
    this.rows.sweep.stop();
  }

  #use(text: string): OpenQuery {
    let query = this.#byText.get(text);
    if (!query) {
      const { query: number, model } = this.core.ask('openQuery', text) as { query: number; model: number };
      query = { number, model, text, result: { rows: [], shown: [] }, changed: true, usedAt: 0 };
      this.#byText.set(text, query);
      this.#byNumber.set(number, query);
      this.rows.sweep.start();
    }
    query.usedAt = Date.now();
    this.signals.read(keys.query(query.number));
    return query;
  }

  #closeUnused(): boolean {
    const now = Date.now();
    for (const query of this.#byNumber.values()) {
      if (this.signals.subscribed(keys.query(query.number)) || now - query.usedAt < patience) {
        this.rows.keep(query.result);
        continue;
      }
      this.core.tell('closeQuery', query.number);
      this.#byNumber.delete(query.number);
      this.#byText.delete(query.text);
    }
    return this.#byNumber.size > 0;
  }
}
