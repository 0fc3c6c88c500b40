// SPDX-License-Identifier: MIT
//
// A sync server in a process of its own, so that its memory and the turns of its event loop are its own. It is told what
// to serve by its parent, answers its questions, and ends with it.
import { createLogger, createSecretKey, openEmbedded, openPostgres, startServer } from '@abloatai/ablo/server';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryDatabase } from './memory-database.mjs';
import { organization, schema } from './schema.mjs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { answer } from './answers.mjs';

let database, server, stalls;
const open = { postgres: openPostgres, embedded: openEmbedded, memory: memoryDatabase };

answer({
  async start({ kind, place, organizations, limits, document = schema.document }) {
    database = await open[kind](place);
    await database.migrate();
    server = await startServer({ database, port: 0, limits, logger: createLogger({ level: 'error' }) });
    await server.pushSchema(JSON.stringify(document));
    const keys = [];
    for (let n = 1; n <= organizations; n++)
      keys.push((await createSecretKey(database, { organization: organization(n) })).token);
    const { hash } = await (await fetch(`${server.url}/api/schema`, { headers: { authorization: `Bearer ${keys[0]}` } })).json();
    return { url: server.url, keys, hash };
  },
  /** Of the process, in bytes; what nobody needs any more was collected, where that can be asked for. */
  rss() {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
  rssNow: () => process.memoryUsage.rss(),
  /** The longest turn since the last time it was asked, in ms. */
  stall() {
    const longest = stalls ? stalls.max / 1e6 : 0;
    stalls?.disable();
    stalls = monitorEventLoopDelay({ resolution: 1 });
    stalls.enable();
    return longest;
  },
  cpu: () => process.cpuUsage(),
  /** So many ticks, each of so many changes, as fast as they can be sent: one begins when the one before has been written. */
  async ticks({ ticks, changes }) {
    for (let n = 0; n < ticks; n++) {
      database.grow(changes);
      for (let turn = 0; turn < 4; turn++) await nextTurn(); // heard, asked, answered, written
    }
  },
  async health() {
    return (await fetch(`${server.url}/healthz`)).json();
  },
});
