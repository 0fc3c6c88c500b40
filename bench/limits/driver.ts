// SPDX-License-Identifier: MIT
//
// Sockets that write at a rate, whatever comes back (an open loop), and how long each commit took.
import { randomUUID } from 'node:crypto';
import { Wire } from '../../tests/server/support/wire';

export interface Writer {
  /** Of each receipt since the last time, ms. */
  taken(): number[];
  stop(): void;
}

/** `perSecond` commits of some bytes, and as many queries if it asks too, spread over the sockets. */
export function writeAt(perSecond: number, sockets: Wire[], { asks = false, bytes = 1 } = {}): Writer {
  const title = 'x'.repeat(bytes);
  const sent = new Map<string, number>();
  let times: number[] = [];
  for (const { ws } of sockets) {
    ws.on('message', (data: Buffer) => {
      const { type, key } = JSON.parse(String(data)) as { type: string; key: string };
      const at = sent.get(key);
      if (type !== 'receipt' || at === undefined) return;
      sent.delete(key);
      times.push(performance.now() - at);
    });
  }
  const began = performance.now();
  let count = 0;
  const timer = setInterval(() => {
    while (count < ((performance.now() - began) / 1_000) * perSecond) {
      const socket = sockets[count++ % sockets.length]!;
      const key = randomUUID();
      sent.set(key, performance.now());
      const operations = [{ op: 'create', model: 'tasks', id: key, data: { title, status: 'todo' } }];
      socket.send({ type: 'commit', key, attempt: 1, issuedAt: Date.now(), operations });
      if (asks) socket.send({ type: 'query', request: count, model: 'tasks', where: [['id', '=', key]], limit: 1 });
    }
  }, 5);
  return {
    taken: () => times.splice(0),
    stop: () => clearInterval(timer),
  };
}

export async function enter(url: string, token: string, hash: string): Promise<Wire> {
  const wire = await Wire.open(url, token);
  wire.hello(hash, { bootstrap: 'none' });
  await wire.next('loaded');
  wire.ws.removeAllListeners('message'); // from here on nobody looks at what comes
  return wire;
}

export function percentile(times: number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]! * 100) / 100;
}
