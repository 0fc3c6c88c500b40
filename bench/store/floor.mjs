// SPDX-License-Identifier: MIT
//
// The floor: no product, but what JavaScript does with nothing around it. A Map, rows that are replaced, top-N views kept by
// hand, and pending writes in a second Map.
import { matches } from './rows.mjs';

export const meta = { name: 'floor', syncRead: true };

class View {
  rows = [];
  dirty = false;

  constructor(query, tell) {
    Object.assign(this, { query, tell });
  }

  fill(rows) {
    for (const row of rows) if (matches(row, this.query)) this.rows.push(row);
    this.rows.sort((a, b) => b.movedAt - a.movedAt);
    this.emit();
  }

  /** Where a row with this movedAt stands. */
  place(movedAt) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].movedAt > movedAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  change(before, after) {
    const { limit } = this.query;
    if (before && matches(before, this.query)) {
      let at = this.place(before.movedAt);
      while (this.rows[at] !== before) at++;
      this.rows.splice(at, 1);
      this.dirty ||= at < limit;
    }
    if (after && matches(after, this.query)) {
      const at = this.place(after.movedAt);
      this.rows.splice(at, 0, after);
      this.dirty ||= at < limit;
    }
  }

  emit() {
    this.dirty = false;
    this.tell(this.rows.slice(0, this.query.limit));
  }
}

class Count {
  dirty = false;
  count = 0;

  constructor(query, tell) {
    Object.assign(this, { query, tell });
  }

  fill(rows) {
    for (const row of rows) if (matches(row, this.query)) this.count++;
    this.emit();
  }

  change(before, after) {
    const by = Number(matches(after, this.query)) - Number(matches(before, this.query));
    this.count += by;
    this.dirty ||= by !== 0;
  }

  emit() {
    this.dirty = false;
    this.tell(this.count);
  }
}

export async function create() {
  const rows = new Map();
  const confirmed = new Map();
  const views = new Set();
  const set = (id, row) => {
    const before = rows.get(id);
    rows.set(id, row);
    for (const view of views) view.change(before, row);
  };
  const flush = () => {
    for (const view of views) if (view.dirty) view.emit();
  };
  const open = (view) => {
    view.fill(rows.values());
    views.add(view);
    return { unsubscribe: () => views.delete(view) };
  };
  return {
    load(loaded) {
      for (const row of loaded) rows.set(row.id, row);
    },
    get: (id) => rows.get(id),
    live: (query, tell) => open(new View(query, tell)),
    liveCount: (query, tell) => open(new Count(query, tell)),
    apply(changes) {
      for (const { id, row } of changes) set(id, row);
      flush();
    },
    optimistic(id, patch) {
      const before = rows.get(id);
      confirmed.set(id, before);
      set(id, { ...before, ...patch });
      flush();
      return id;
    },
    confirm(id, { row }) {
      confirmed.delete(id);
      const shown = rows.get(id);
      if (Object.keys(row).every((name) => shown[name] === row[name])) return;
      set(id, row);
      flush();
    },
    rollback(id) {
      set(id, confirmed.get(id));
      confirmed.delete(id);
      flush();
    },
  };
}
