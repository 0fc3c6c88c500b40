// SPDX-License-Identifier: MIT
//
// A process of clients, started by clients.ts: writers, and one reader. It says how far it is, and ends with whoever
// started it.
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random';
import type { Asked, Setting, Told } from './client-talk';
import { monotonic } from './clock';
import type { End } from './event';
import { History } from './history';
import { Reader } from './reader';
import { shown, Writer } from './writer';

const setting = JSON.parse(process.argv[2]!) as Setting;
const { name, directory, writers: count, rate, seed } = setting;
const history = new History(directory, name);
const random = new Random(seed);
const writers = Array.from({ length: count }, (_, i) => {
  return new Writer(`${name}-${i}`, setting, history, new Random(random.below(2 ** 31)), rate / count);
});
const reader = new Reader(`${name}-reader`, setting, history);
const clients = [...writers, reader];
let stopping = false;
const say = (told: Told) => process.send?.(told);

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {}); // whoever started us decides

process.on('message', (asked: Asked) => {
  if (asked.ask === 'write') {
    reader.run();
    void reader.visits(() => !stopping);
    for (const writer of writers) void writer.run();
  } else if (asked.ask === 'stop') {
    stopping = true;
    void Promise.all(writers.map((writer) => writer.stop())).then(() => {
      history.flush();
      say({ told: 'stopped' });
    });
  } else {
    void show(asked.head, asked.since);
  }
});

async function show(head: number, since: number): Promise<void> {
  await Promise.all(clients.map(async (client) => {
    while (client.client.snapshot({}).stamp < head) await pause(10);
    history.record(client.name, { kind: 'final', took: monotonic() - since, models: shown(client.client) });
  }));
  reader.stop();
  history.flush();
  say({ told: 'shown' });
}

await Promise.all(clients.map(({ client }) => client.ready()));
say({ told: 'ready' });
setInterval(() => {
  const sum = (kind: End) => writers.reduce((all, { counts }) => all + counts[kind], 0);
  say({ told: 'progress', ok: sum('ok'), fail: sum('fail'), info: sum('info') });
}, 100);
