// SPDX-License-Identifier: MIT
//
// The rows as the server has them. Every change goes through here first, so that whatever a library answers can be
// compared with the plain answer.
import { afterAll, answer, generate, idOf, matches, random, statuses, target } from './rows.mjs';

/** A store that gave up on the way has nothing to measure. */
export async function checkLoaded(store, size) {
  for (const id of [idOf(0), idOf(size - 1)])
    if ((await store.get(id))?.id !== id) throw new Error(`After loading ${size} rows ${id} is not there.`);
}

export class Workspace {
  #next = random(7);
  #clock = afterAll;

  constructor(size) {
    this.rows = new Map(generate(size).map((row) => [row.id, row]));
    this.ids = [...this.rows.keys()];
    this.candidates = this.ids.filter((id) => matches(this.rows.get(id), target));
  }

  get(id) {
    return this.rows.get(id);
  }

  /** Later than any time before. */
  later() {
    return ++this.#clock;
  }

  pick(list = this.ids) {
    return list[Math.floor(this.#next() * list.length)];
  }

  /** A row that the target query finds, other than the one on top. */
  pickMatching(top) {
    for (;;) {
      const id = this.pick(this.candidates);
      if (id !== top?.id && matches(this.get(id), target)) return id;
    }
  }

  change(id, patch) {
    const row = { ...this.get(id), ...patch };
    this.rows.set(id, row);
    return { id, patch, row };
  }

  /** Rows anywhere: all get another priority, some of them another status. */
  changeMany(count, batch) {
    const some = new Set();
    while (some.size < Math.min(count, this.ids.length)) some.add(this.pick());
    return [...some].map((id, i) => {
      const priority = (this.get(id).priority + 1) % 5;
      const status = i % 5 === 0 && { status: statuses[(i / 5) % 5] };
      return this.change(id, { title: `batch ${batch} ${i}`, movedAt: this.later(), priority, ...status });
    });
  }

  /** What is wrong with an answer, or undefined. */
  wrong(found, query) {
    const wanted = answer(this.rows.values(), query);
    if (wanted.length !== found?.length) return `${wanted.length} rows are ${found?.length}`;
    const other = wanted.findIndex(
      ({ id, movedAt, title }, i) => id !== found[i].id || movedAt !== +found[i].movedAt || title !== found[i].title,
    );
    return other < 0 ? undefined : `row ${other}: ${JSON.stringify(wanted[other])} is ${JSON.stringify(found[other])}`;
  }

  /** For each query the ids it has to show, in order. */
  idsOf(queries) {
    const projects = new Map();
    for (const row of this.rows.values()) {
      if (!projects.has(row.projectId)) projects.set(row.projectId, []);
      projects.get(row.projectId).push(row);
    }
    return queries.map((query) => {
      const rows = query.projectId === undefined ? this.rows.values() : (projects.get(query.projectId) ?? []);
      return answer(rows, query).map(({ id }) => id).join(); // prettier-ignore
    });
  }
}
