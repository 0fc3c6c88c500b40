// SPDX-License-Identifier: MIT
//
// What one organization at ten times its limit costs its neighbour (S13): the p99 of the neighbour's commits while the other
// sends as much as it may, and while it sends and asks ten times that, by turns. The last line is the figure as JSON.
//
//   npm run bench:neighbours [-- --quick]
import { createSecretKey, openPostgres } from '@abloatai/ablo/server';
import { setTimeout as pause } from 'node:timers/promises';
import { startServer, type FedServer } from '../../tests/bad-input/server';
import { enter, percentile, writeAt } from './driver';

const kLimit = 200;
const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 4;
const seconds = quick ? 3 : 6;
const bounds = { rise_percent: 20 };

async function phase(server: FedServer, greedyKey: string, times: number): Promise<number[]> {
  const calm = await enter(server.url, server.key, server.hash);
  const greedy = await Promise.all(Array.from({ length: times > 0 ? 8 : 0 }, () => enter(server.url, greedyKey, server.hash)));
  const crowd = greedy.length > 0 ? writeAt(kLimit * times, greedy, { asks: true }) : undefined;
  const writer = writeAt(50, [calm]);
  await pause(1_500);
  writer.taken();
  await pause(seconds * 1_000);
  const taken = writer.taken();
  writer.stop();
  crowd?.stop();
  for (const { ws } of [calm, ...greedy]) ws.terminate();
  await pause(1_000);
  return taken;
}

const taken: Record<number, number[]> = { 0: [], 1: [], 10: [] };
for (let round = 0; round < rounds; round++) {
  // A server for each round: what was sent beyond the limit would still be leaving in the next one.
  const server = await startServer(['--limits', `commitsPerOrganization=${kLimit},requestsPerOrganization=${kLimit},burstSeconds=1`]);
  const database = await openPostgres(server.databaseUrl);
  const { token } = await createSecretKey(database, { organization: 'greedy' });
  await database.close();
  for (const times of [0, 1, 10]) taken[times]!.push(...(await phase(server, token, times)));
  await server.stop();
}

const p99 = (times: number) => percentile(taken[times]!, 0.99);
const rise = Math.round((p99(10) / p99(1) - 1) * 1_000) / 10;
const values = {
  alone_p50_ms: percentile(taken[0]!, 0.5), alone_p99_ms: p99(0), at_limit_p50_ms: percentile(taken[1]!, 0.5), at_limit_p99_ms: p99(1),
  at_ten_times_p50_ms: percentile(taken[10]!, 0.5), at_ten_times_p99_ms: p99(10), commits: taken[10]!.length, rise_percent: rise,
};
const holds = rise <= bounds.rise_percent;
console.log(JSON.stringify({ figure: 'neighbours', holds, values, bounds }));
process.exit(holds ? 0 : 1);
