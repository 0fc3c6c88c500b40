// SPDX-License-Identifier: MIT
//
// A process of clients, started by clients.ts: writers with one reader, claimers, bookers. It says how far it is, and ends with whoever
// started it.
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random';
import type { Asked, Setting, Told } from './client-talk';
import { monotonic } from './clock';
import type { End } from './event';
import { Booker } from './booker';
import { Claimer } from './claimer';
import { History } from './history';
import { Reader } from './reader';
import { shown, Writer } from './writer';

const setting = JSON.parse(process.argv[2]!) as Setting;
const { name, directory, writers: count, claimers, bookers, rate, seed } = setting;
const history = new History(directory, name);
const random = new Random(seed);
const draw = () => new Random(random.below(2 ** 31));
const writers = Array.from({ length: count }, (_, i) => {
  return new Writer(`${name}-${i}`, setting, history, draw(), rate / count);
});
const others = [
  ...Array.from({ length: claimers }, (_, i) => new Claimer(`${name}-claimer-${i}`, setting, history, draw())),
  ...Array.from({ length: bookers }, (_, i) => new Booker(`${name}-booker-${i}`, setting, history, draw())),
];
const reader = count > 0 ? new Reader(`${name}-reader`, setting, history) : undefined;
const clients = [...writers, ...others, ...(reader ? [reader] : [])];
let stopping = false;
const say = (told: Told) => process.send?.(told);

process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {}); // whoever started us decides

process.on('message', (asked: Asked) => {
  if (asked.ask === 'write') {
    reader?.run();
    void reader?.visits(() => !stopping);
    for (const writer of [...writers, ...others]) void writer.run();
  } else if (asked.ask === 'stop') {
    stopping = true;
    void Promise.all([...writers, ...others].map((writer) => writer.stop())).then(() => {
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
  reader?.stop();
  history.flush();
  say({ told: 'shown' });
}

await Promise.all(clients.map(({ client }) => client.ready()));
say({ told: 'ready' });
setInterval(() => {
  const sum = (kind: End) => writers.reduce((all, { counts }) => all + counts[kind], 0);
  say({ told: 'progress', ok: sum('ok'), fail: sum('fail'), info: sum('info') });
}, 100);
