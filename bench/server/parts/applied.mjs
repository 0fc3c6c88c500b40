// SPDX-License-Identifier: MIT
//
// From a write on one client to its row on another: two clients of the package on one server, idle, and beside 200 writes
// a second among 100 sockets. The bound for idle is nothing but the database and the wire: what pgbench takes with one client,
// two echoes of a plain `ws` server, and 2 ms.
import { Ablo } from '@abloatai/ablo';
import { WebSocket } from 'ws';
import { helper } from '../helper.mjs';
import { Line } from '../line.mjs';
import { pgbench } from '../pgbench.mjs';
import { newPlace } from '../place.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { atRate } from '../rate.mjs';
import { schema } from '../schema.mjs';

export const figures = {
  applied_idle_p50_ms: { max: 'applied_idle_bound_ms' },
  applied_loaded_p99_ms: { max: 250 },
};

const kSockets = 100;
const kWritesPerSecond = 200;

export async function measure({ say, quick }) {
  const place = await newPlace();
  const { server, cluster } = place;
  const [writer, reader] = await Promise.all([client(server), client(server)]);
  const times = quick ? 100 : 500;
  const idle = await writesSeen(writer, reader, times);
  const lone = (await pgbench(cluster, { clients: 1, seconds: quick ? 2 : 5 })).took;
  const echo = await echoes(times);

  const lines = await Promise.all(Array.from({ length: kSockets }, () => Line.open(server, server.keys[0])));
  const stop = atRate(kWritesPerSecond, (n) => lines[n % kSockets].update(`t${2 + (n % 9_000)}`, { title: `load ${n}` }));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const loaded = await writesSeen(writer, reader, times);
  stop();
  for (const line of lines) line.close();
  await Promise.all([writer.dispose(), reader.dispose()]);
  await place.close();

  const bound = p50(lone) + 2 * p50(echo) + 2;
  const values = {
    applied_idle_p50_ms: round(p50(idle)),
    applied_idle_p99_ms: round(p99(idle)),
    applied_idle_bound_ms: round(bound),
    applied_loaded_p50_ms: round(p50(loaded)),
    applied_loaded_p99_ms: round(p99(loaded)),
  };
  say(`seen by another client after ${values.applied_idle_p50_ms} ms (bound ${values.applied_idle_bound_ms}), p99 ` +
    `${values.applied_idle_p99_ms}; under load ${values.applied_loaded_p50_ms}, p99 ${values.applied_loaded_p99_ms}`);
  return values;
}

async function client({ url, keys }) {
  const ablo = Ablo({ schema, apiKey: keys[0], baseURL: url, logLevel: 'silent' });
  await ablo.ready();
  await ablo.tasks.load({ where: { id: 't1' } });
  return ablo;
}

/** How long after each write on one client another has the row, in ms. */
async function writesSeen(writer, reader, times) {
  const took = [];
  for (let n = 0; n < times; n++) {
    const title = `seen ${n} ${Math.random()}`;
    const began = performance.now();
    const seen = new Promise((resolve) => {
      const stop = reader.tasks.onChange(() => {
        if (reader.tasks.get('t1')?.title !== title) return;
        stop();
        resolve();
      });
    });
    const written = writer.tasks.update('t1', { title });
    await seen;
    took.push(performance.now() - began);
    await written;
  }
  return took;
}

async function echoes(times) {
  const plain = helper('plain-server.mjs');
  const { url } = await plain.ask('start');
  const ws = new WebSocket(url.replace('http', 'ws'));
  await new Promise((resolve) => ws.once('open', resolve));
  const took = [];
  for (let n = 0; n < times; n++) {
    const began = performance.now();
    const back = new Promise((resolve) => ws.once('message', resolve));
    ws.send('x'.repeat(300));
    await back;
    took.push(performance.now() - began);
  }
  await plain.stop();
  return took;
}
