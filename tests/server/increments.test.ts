// SPDX-License-Identifier: MIT
//
// Sixteen who want the same row, through the package as it is published, on a real Postgres: nothing of what was confirmed
// is lost, and nothing lands that goes by what is not so any more. ABLO_INCREMENTS: how many there are in all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ablo, { type AbloError } from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import { startPostgres, type PostgresCluster } from '../support/postgres';

const schema = defineSchema({
  counters: model({ count: z.number().optional() }),
  slots: model({ isFree: z.boolean() }),
  bookings: model({ slot: z.string(), by: z.number() }),
});
type Client = ReturnType<typeof connect>;
const kClients = 16;
const kIncrements = Number(process.env['ABLO_INCREMENTS'] ?? 400);
const kSlots = 20;

let cluster: PostgresCluster;
let server: TestServer;
let clients: Client[] = [];

before(async () => {
  cluster = await startPostgres();
  server = await testServer({ schema, databaseUrl: cluster.url });
  clients = Array.from({ length: kClients }, (_, i) => connect(`agent-${i}`));
});
after(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  await server?.close();
  await cluster?.stop();
});

function connect(agentId: string) {
  return Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, agentId, logLevel: 'silent' });
}

const outcome = (write: Promise<unknown>): Promise<string> => write.then(() => 'confirmed', ({ code }: AbloError) => code);

/** What became of so many pieces of work, by code; one after the other for each client. */
async function outcomes(all: number, work: (client: Client, i: number) => Promise<unknown>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let begun = 0;
  const one = async (client: Client) => {
    for (let i = begun++; i < all; i = begun++) {
      const code = await outcome(work(client, i));
      counts[code] = (counts[code] ?? 0) + 1;
    }
  };
  await Promise.all(clients.map(one));
  return counts;
}

test('a counter that sixteen clients increment is as high as the number of increments that were confirmed', { timeout: 3_600_000 }, async (context) => {
  const { id } = await clients[0]!.counters.create({ id: 'c1' });
  await Promise.all(clients.map((client) => client.counters.load({ where: { id } })));
  const began = Date.now();
  const { confirmed = 0, contention_exhausted = 0, ...others } = await outcomes(kIncrements, (client, i) =>
    client.counters.update(id, (current) => ({ count: (current.count ?? 0) + 1 }), { idempotencyKey: `increment ${i}` }),
  );
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const [tries, most] = (await cluster.psql(`select count(*), max(attempt) from ablo.commit where key like 'increment %'`)).split('|');
  context.diagnostic(`${confirmed} confirmed, ${contention_exhausted} exhausted in ${seconds} s, of ${tries} tries; ${most} for one at most`);
  assert.deepEqual(others, {});
  assert.equal(confirmed + contention_exhausted, kIncrements);
  assert.ok(confirmed > kIncrements / 2, `${contention_exhausted} were exhausted`);
  assert.equal(Number(await cluster.psql(`select count from counters where id = '${id}'`)), confirmed);
});

test('a slot is booked by one of all those who saw that it was free', async () => {
  for (let i = 0; i < kSlots; i++) {
    const { id } = await clients[0]!.slots.create({ isFree: true });
    await Promise.all(clients.map((client) => client.slots.load({ where: { id } })));
    const seen = clients.map((client) => client.snapshot({ slots: id }));
    const book = (client: Client, by: number) =>
      client.commits.create({
        operations: [
          { action: 'create', model: 'bookings', data: { slot: id, by } },
          { action: 'update', model: 'slots', id, data: { isFree: false } },
        ],
        reads: [{ model: 'slots', id, fields: ['isFree'], readAt: seen[by]!.stamp }],
      });
    assert.ok(seen.every(({ slots }) => slots[id]!.isFree));
    const codes = await Promise.all(clients.map((client, by) => outcome(book(client, by))));
    assert.deepEqual(codes.sort(), ['confirmed', ...Array<string>(kClients - 1).fill('stale_context')]);
  }
  assert.equal(await cluster.psql('select count(*), count(distinct slot) from bookings'), `${kSlots}|${kSlots}`);
});
