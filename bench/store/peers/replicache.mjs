// SPDX-License-Identifier: MIT
//
// Replicache (in-memory kv): pokes as server deltas, mutators as optimistic writes, subscribe() with a scan as live query.
import { Replicache } from 'replicache';
import { matches } from '../rows.mjs';
export const meta = { name: 'Replicache', syncRead: false };
export async function create() {
  globalThis.navigator ??= {};
  const done = new Map();
  let cookie = 0,
    lmid = 0;
  const rep = new Replicache({
    name: 'b' + Math.random(),
    kvStore: 'mem',
    pushDelay: 1e9,
    pullInterval: null,
    indexes: { status: { jsonPointer: '/status', prefix: 't/' }, project: { jsonPointer: '/projectId', prefix: 't/' } },
    logLevel: 'error',
    puller: async () => ({
      response: { cookie, lastMutationIDChanges: {}, patch: [] },
      httpRequestInfo: { httpStatusCode: 200, errorMessage: '' },
    }),
    pusher: async () => ({ httpRequestInfo: { httpStatusCode: 200, errorMessage: '' } }),
    mutators: {
      upd: async (tx, { id, patch }) => {
        const o = await tx.get('t/' + id);
        await tx.set('t/' + id, { ...o, ...patch });
      },
    },
  });
  const clientID = await rep.clientID;
  await rep.clientGroupID;
  await new Promise((r) => setTimeout(r, 200));
  const poke = (patch, lm = {}) => {
    const baseCookie = cookie === 0 ? 0 : cookie;
    return rep.poke({ baseCookie, pullResponse: { cookie: ++cookie, lastMutationIDChanges: lm, patch } });
  };
  await rep.pull({ now: true }).catch(() => {});
  const sub = (body, cb) => {
    const un = rep.subscribe(body, { onData: cb });
    return { unsubscribe: un };
  };
  return {
    load: (rows) => poke(rows.map((r) => ({ op: 'put', key: 't/' + r.id, value: r }))),
    get: (id) => rep.query((tx) => tx.get('t/' + id)),
    live: (spec, cb) =>
      sub(async (tx) => {
        const out = [];
        for await (const r of tx
          .scan(
            spec.projectId
              ? { indexName: 'project', prefix: spec.projectId }
              : { indexName: 'status', prefix: spec.status },
          )
          .values())
          if (matches(r, spec)) out.push(r);
        out.sort((a, b) => b.movedAt - a.movedAt);
        return out.slice(0, spec.limit);
      }, cb),
    liveCount: (spec, cb) =>
      sub(async (tx) => {
        let n = 0;
        for await (const r of tx.scan({ indexName: 'status', prefix: spec.status }).values()) if (matches(r, spec)) n++;
        return n;
      }, cb),
    apply: (cs) => poke(cs.map((c) => ({ op: 'put', key: 't/' + c.id, value: c.row }))),
    async optimistic(id, patch) {
      await rep.mutate.upd({ id, patch });
      return ++lmid;
    },
    confirm: (h, c) => poke([{ op: 'put', key: 't/' + c.id, value: c.row }], { [clientID]: h }),
    close: () => rep.close(),
  };
}
