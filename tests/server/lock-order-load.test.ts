// SPDX-License-Identifier: MIT
//
// The order of locks and checks in a commit, under load: many who want the same slots, beside others whose writes are logged when
// they commit. lock-order.test.ts shows one by one what this would run into.
import { openPostgres } from '@abloatai/ablo/server';
import { testServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';
import { makeTask, schema, setTask, Tenant, type Answer } from './support/databases';
import { decided } from './support/decided';
import { Sessions } from './support/sessions';

const kSlots = 16;
const slots = Array.from({ length: kSlots }, (_, i) => `slot-${i}`);
const slotAt = (n: number) => slots[n % kSlots]!;

let cluster: PostgresCluster;
before(async () => void (cluster = await startPostgres()));
after(() => cluster?.stop());

function many<T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => work(i)));
}

/** Twelve who want every slot, as it was when it was made; which of them each got. */
function bookAll(ann: Tenant, readAt: number): Promise<string[][]> {
  return many(12, async (i) => {
    const bot = ann.as(`bot-${i}`);
    const booked: string[] = [];
    for (const n of slots.keys()) {
      const id = slotAt(n + i);
      const { status, error } = await decided(bot, [setTask(id, { status: 'done', title: bot.actor.id })], { readAt });
      if (status === 'confirmed') booked.push(id);
      else assert.equal(error.code, 'stale_context');
    }
    return booked;
  });
}

/** Others who count in the same rows with psql; how often they did. */
async function countUntil(done: () => boolean, psql: Sessions, organization: string): Promise<number> {
  const counted = await many(4, async (i) => {
    const client = await psql.open();
    const count = 'update tasks set count = count + 1 where organization_id = $1 and id = $2';
    let times = 0;
    for (; !done(); times++) await client.query(count, [organization, slotAt(times * (i + 1))]);
    return times;
  });
  return counted.reduce((sum, times) => sum + times);
}

test('every slot is booked once, nothing of others is lost, and nobody is ended for a deadlock', async () => {
  const url = await cluster.createDatabase('load');
  const server = await testServer({ schema, databaseUrl: url });
  const database = await openPostgres(url, { connections: 16 });
  const psql = new Sessions(() => url);
  try {
    const ann = new Tenant({ ...server, database });
    const { seq: readAt } = await ann.commit(slots.map((id) => makeTask(id, { count: 0 })));
    let done = false;
    const [booked, counted] = await Promise.all([
      bookAll(ann, readAt).finally(() => (done = true)),
      countUntil(() => done, psql, ann.organization),
    ]);

    const rows = (await ann.call('load', { full: true })).models.tasks as Answer[];
    assert.deepEqual(booked.flat().sort(), [...slots].sort());
    for (const { id, title } of rows) assert.ok(booked[Number(title.slice('bot-'.length))]!.includes(id), id);
    assert.equal(rows.reduce((sum, { count }) => sum + count, 0), counted);
    const entries = 2 * kSlots + counted;
    assert.deepEqual(await psql.ask('select array[count(*), max(seq)]::int[] from ablo.log'), [entries, entries]);
  } finally {
    await Promise.all([psql.close(), database.close(), server.close()]);
  }
  const statistic = (what: string) => cluster.psql(`select ${what} where datname = 'load'`);
  await until('its sessions are gone, and counted', async () => (await statistic('count(*) from pg_stat_activity')) === '0');
  assert.equal(await statistic('deadlocks from pg_stat_database'), '0');
});
