// SPDX-License-Identifier: MIT
//
// Loaded into the server's process before anything else: what it uses, told to whoever started it, when asked. Memory is what
// is left after a collection. A stall is the time between two turns of the event loop, as far as this process was at work
// in it: a machine that others use too makes everybody wait now and then.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const kBeat = 5; // ms

let worst = 0;
let at = process.hrtime.bigint();
let used = process.cpuUsage();
setInterval(() => {
  const now = process.hrtime.bigint();
  const since = process.cpuUsage(used);
  const gap = Number(now - at) / 1e6 - kBeat;
  worst = Math.max(worst, Math.min(gap, (since.user + since.system) / 1_000));
  at = now;
  used = process.cpuUsage();
}, kBeat).unref();

process.on('message', (question) => {
  const stall = worst;
  collect();
  process.send({ rss: process.memoryUsage.rss(), stall });
  if (question === 'reset') setTimeout(() => (worst = 0), 4 * kBeat);
});
process.channel?.unref();
