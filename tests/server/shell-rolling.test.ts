// SPDX-License-Identifier: MIT
//
// A rolling restart: two servers behind one address are told to go and come back, one after the other, while somebody
// writes. Nobody is refused, nothing is lost or done twice.
import { Ablo } from '@abloatai/ablo';
import { createLogger, createSecretKey, openPostgres, startServer, type Database, type RunningServer } from '@abloatai/ablo/server';
import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { startPostgres } from '../support/postgres';
import { schema } from './support/schema';

const logger = createLogger({ level: 'silent' });

/** A load balancer: each connection goes to one of those that are up, in turn. */
function balance(ports: () => number[]): Promise<{ url: string; close(): void }> {
  let turn = 0;
  const balancer = createServer((front) => {
    const up = ports();
    const back = connect(up[turn++ % up.length]!, '127.0.0.1');
    front.pipe(back).pipe(front);
    for (const [end, other] of [[front, back], [back, front]] as const) {
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  });
  return new Promise((resolve) =>
    balancer.listen(0, '127.0.0.1', () => {
      const { port } = balancer.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, close: () => balancer.close() });
    }));
}

test('two servers are restarted one after the other while ten clients write', async () => {
  await using postgres = await startPostgres();
  const up = new Map<number, { server: RunningServer; database: Database }>();
  const start = async (place: number) => {
    const database = await openPostgres(postgres.url);
    await database.migrate();
    up.set(place, { database, server: await startServer({ database, port: 0, logger }) });
  };
  const stop = async (place: number) => {
    const { server, database } = up.get(place)!;
    up.delete(place);
    await server.close();
    await database.close();
  };
  await start(0);
  await up.get(0)!.server.pushSchema(JSON.stringify(schema.document));
  await start(1);
  const { token: apiKey } = await createSecretKey(up.get(0)!.database, { organization: 'default' });
  const front = await balance(() => [...up.values()].map(({ server }) => server.port));
  const clients = Array.from({ length: 10 }, () => Ablo({ schema, apiKey, baseURL: front.url, logLevel: 'silent' }));
  await Promise.all(clients.map((ablo) => ablo.ready()));

  let rolling = true;
  const written = clients.map(async (ablo, n) => {
    const titles: string[] = [];
    while (rolling || titles.length < 10) {
      const title = `${n}/${titles.length}`;
      await ablo.tasks.create({ data: { title, status: 'todo' } });
      titles.push(title);
    }
    return titles;
  });
  for (const place of [0, 1]) {
    await stop(place);
    await start(place);
  }
  rolling = false;
  const titles = (await Promise.all(written)).flat();
  const [first] = clients;
  const rows = await first!.tasks.load({});
  assert.deepEqual(rows.map(({ title }) => title).sort(), titles.sort());
  assert.ok(titles.length >= 100);
  await Promise.all(clients.map((ablo) => ablo.dispose()));
  for (const place of [0, 1]) await stop(place);
  front.close();
});
