// SPDX-License-Identifier: MIT
//
// The server's side of one client's conversation, without a hub: its rows, its log, and the frames it would send. The
// test says when. tests/core/scripted_server.h is the same for the native core.
export type Row = Record<string, any>;

export interface Operation {
  op: 'create' | 'update' | 'delete' | 'archive' | 'unarchive';
  model: string;
  id: string;
  data?: Row;
}

const start = Date.UTC(2023, 10, 14, 22, 13, 20);

export class ScriptedServer {
  readonly #rows = new Map<string, Map<string, Row>>();
  readonly #log: object[] = [];
  #ends: number[] = [];
  #delivered = 0;

  get head(): number {
    return this.#log.length;
  }

  get behind(): boolean {
    return this.#delivered < this.head;
  }

  row(model: string, id: string): Row | undefined {
    return this.#rows.get(model)?.get(id);
  }

  put(model: string, row: Row): void {
    if (!this.#rows.has(model)) this.#rows.set(model, new Map());
    this.#rows.get(model)!.set(row['id'] as string, row);
  }

  /** Writes and logs; the seq of the last operation. `session` and `key` are those of the commit, empty for others. */
  write(operations: Operation[], session = '', key = ''): number {
    for (const operation of operations) this.#log.push(this.#apply(operation, session, key));
    this.#ends.push(this.head);
    return this.head;
  }

  welcome(how: string): object {
    const actor = { kind: 'user', id: 'ada' };
    return { type: 'welcome', organization: 'acme', actor, epoch: 'e', seq: this.head, start: how };
  }

  loaded(rows: boolean): object {
    this.#delivered = this.head;
    const models = Object.fromEntries([...this.#rows].map(([model, byId]) => [model, [...byId.values()]]));
    return { type: 'loaded', seq: this.head, epoch: 'e', models: rows ? models : {}, claims: [] };
  }

  /** What was not delivered, at most up to `to`, and never a part of a commit. */
  changes(to = this.head): object {
    const from = this.#delivered;
    this.#delivered = Math.max(from, ...this.#ends.filter((end) => end <= to));
    return { type: 'changes', from, to: this.#delivered, changes: this.#log.slice(from, this.#delivered) };
  }

  #apply({ op, model, id, data = {} }: Operation, session: string, key: string): object {
    const seq = this.head + 1;
    const at = new Date(start + seq).toISOString();
    const change = { seq, kind: 'row', op, model, id, session, key };
    if (op === 'delete') {
      this.#rows.get(model)?.delete(id);
      return change;
    }
    const created = { id, createdAt: at, createdBy: session ? 'ada' : 'ben', organizationId: 'acme' };
    const row: Row = { ...(this.row(model, id) ?? created), ...data, updatedAt: at };
    if (op === 'archive') row['archivedAt'] = at;
    if (op === 'unarchive') row['archivedAt'] = null;
    this.put(model, row);
    return { ...change, row, fields: ['updatedAt', ...Object.keys(data)] };
  }
}
