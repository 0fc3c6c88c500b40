// SPDX-License-Identifier: MIT
//
// A database that has nothing but a log which grows when it is told to, so that a part measures the hub and its sockets
// and no Postgres. The entries are as large as those of a task.
import { organization } from './schema.mjs';

export async function memoryDatabase() {
  const heads = new Map();
  const listeners = new Set();
  let stored;
  const tenants = new Map(); // by the hash of their key
  const entry = (seq) => ({
    seq, kind: 'row', model: 'tasks', id: `t${seq % 1000}`, op: 'update', fields: ['title'],
    after: { id: `t${seq % 1000}`, title: `Task number ${seq}`, status: 'todo', count: seq },
    actor: { kind: 'user', id: 'ann' }, session: 's', commitKey: `k${seq}`, operationIndex: 0,
    groupsBefore: [], groupsAfter: [], at: 1_700_000_000_000,
  });
  const functions = {
    load: (head) => ({ seq: head, epoch: 'e', models: {}, claims: [] }),
    changes: (head, { after, limit }) => {
      const to = Math.min(head, after + limit);
      const changes = Array.from({ length: to - after }, (_, i) => entry(after + 1 + i));
      return { from: after, to, head, epoch: 'e', trimmed: false, changes };
    },
  };
  return {
    /** Every organization's log has so many entries more; the server hears of it at once. */
    grow(entries) {
      const name = organization(1);
      heads.set(name, (heads.get(name) ?? 0) + entries);
      for (const heard of listeners) heard({ [name]: heads.get(name) });
      return heads.get(name);
    },
    bus: {
      tell: async () => {},
      listen: (heard) => (listeners.add(heard), async () => void listeners.delete(heard)),
    },
    call: async (fn, tenant, input) => JSON.stringify(functions[fn](heads.get(tenant) ?? 0, JSON.parse(input))),
    heads: async (names) => JSON.stringify(Object.fromEntries(names.map((name) => [name, heads.get(name) ?? 0]))),
    provision: async (statements, document, hash) => {
      stored = { version: 1, hash, document };
      return { version: 1, changed: true, repaired: [], changes: [] };
    },
    schema: async () => stored,
    migrate: async () => {},
    check: async () => [],
    trim: async () => false,
    revoked: async () => [],
    async createCredential({ hash, organization: tenant, groups, operations }) {
      tenants.set(hash, { id: hash, organization: tenant, actor: { kind: 'system', id: 'key' }, groups, operations, expired: false });
      return { id: hash };
    },
    ensureOrganization: async () => {},
    identify: async (hash) => tenants.get(hash),
    close: async () => {},
  };
}
