// SPDX-License-Identifier: MIT
//
// What readers that stopped reading cost the others and the server (S14): 1,000 sockets, 100 of them stalled, while somebody
// writes. How much the server grew, what became of the p99 of commits, and whether the stalled ones were cut. The last line is the
// figure as JSON.
//
//   npm run bench:slow-readers [-- --quick]
import { setTimeout as pause } from 'node:timers/promises';
import { startServer } from '../../tests/bad-input/server';
import { enter, percentile, writeAt } from './driver';

const quick = process.argv.includes('--quick');
const [sockets, stalled, seconds] = quick ? [200, 20, 5] : [1_000, 100, 60];
const bounds = { rss_growth_mib: 150, rise_percent: 20 };

const server = await startServer();
const readers = [];
for (let i = 0; i < sockets; i++) readers.push(await enter(server.url, server.key, server.hash));
const writer = await enter(server.url, server.key, server.hash);
const flow = writeAt(20, [writer], { bytes: 4_000 });
await pause(3_000);
flow.taken();
const before = await server.vitals();
await pause(seconds * 500);
const calm = flow.taken();
const slow = readers.slice(0, stalled);
const closed = new Set<unknown>();
for (const { ws } of slow) ws.on('close', () => closed.add(ws)).pause();
let most = before.rss;
for (let i = 0; i < seconds; i++) {
  await pause(1_000);
  most = Math.max(most, (await server.vitals()).rss);
}
const crowded = flow.taken();
flow.stop();
for (const { ws } of slow) ws.resume();
await pause(3_000);
const text = await (await fetch(`${server.url}/metrics`)).text();
const cut = Number(/^ablo_slow_readers_total (\d+)/m.exec(text)?.[1]);
await server.stop();

const values = {
  rss_growth_mib: Math.round((most - before.rss) / 1024 / 102.4) / 10,
  calm_p99_ms: percentile(calm, 0.99),
  crowded_p99_ms: percentile(crowded, 0.99),
  rise_percent: Math.round((percentile(crowded, 0.99) / percentile(calm, 0.99) - 1) * 1_000) / 10,
  cut,
};
const holds = values.rss_growth_mib <= bounds.rss_growth_mib && values.rise_percent <= bounds.rise_percent;
console.log(JSON.stringify({ figure: 'slow-readers', holds, values, bounds }));
process.exit(holds ? 0 : 1);
