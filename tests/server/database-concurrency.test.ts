// SPDX-License-Identifier: MIT
//
// Many connections on the same rows: nothing is lost, nothing is done twice, and the log has no holes.
import { openPostgres } from '@abloatai/ablo/server';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { until } from '../support/until';
import { makeTask, onPostgres, setTask, Tenant, type Answer } from './support/databases';

const kConnections = 16;

onPostgres((tenant, cluster) => {
  async function withManyConnections(work: (ann: Tenant) => Promise<void>): Promise<void> {
    const database = await openPostgres(cluster().url, { connections: kConnections });
    try {
      await work(new Tenant({ ...tenant().server, database }));
    } finally {
      await database.close();
    }
  }

  function many<T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: n }, (_, i) => work(i)));
  }

  test('of guarded increments exactly the confirmed ones are counted', () => withManyConnections(async (ann) => {
    await ann.task('counter', { title: 'Counter', status: 'todo', count: 0 });
    let left = 200;
    let confirmed = 0;
    await many(kConnections, async (i) => {
      const bot = ann.as(`bot-${i}`);
      while (left-- > 0) {
        const { seq, models } = await bot.call('load', { full: true });
        const count = models.tasks[0].count + 1;
        const { status, error } = await bot.update('tasks', 'counter', { count }, { readAt: seq });
        if (status === 'confirmed') confirmed++;
        else assert.ok(status === 'blocked' || error.code === 'stale_context', JSON.stringify(error));
      }
    });
    assert.ok(confirmed > 0);
    assert.equal((await ann.row('tasks', 'counter'))!.count, confirmed);
  }));

  test('the log is dense and tells the rows as they are, whoever writes, and nobody is ended for a deadlock', async () => {
    const sessions = async () => Number(await cluster().psql('select count(*) from pg_stat_activity'));
    const before = await sessions();
    await withManyConnections(writeFromAllSides);
    await until('its sessions are gone, and counted', async () => (await sessions()) <= before);
    assert.equal(await cluster().psql('select sum(deadlocks) from pg_stat_database'), '0');
  });

  async function writeFromAllSides(ann: Tenant): Promise<void> {
    const other = tenant();
    for (let i = 0; i < 20; i++) await ann.task(`t${i}`);
    for (let i = 0; i < 3; i++) await other.task(`t${i}`);
    const stop = Date.now() + 1_500;
    const anyTask = () => `t${Math.floor(Math.random() * 20)}`;
    const ours = many(6, async (i) => {
      const bot = ann.as(`bot-${i}`);
      for (let n = 0; Date.now() < stop; n++) {
        await bot.batch([
          bot.asked([setTask(anyTask(), { title: `${i}-${n}` }), setTask(anyTask(), { count: n })]),
          ann.as(`other-${i}`).asked([{ op: 'create', model: 'notes', id: `${i}-${n}`, data: { text: 'x' } }]),
        ]);
      }
    });
    const theirs = many(3, async (i) => {
      const client = new pg.Client(cluster().url);
      await client.connect();
      // Two organizations in either order: transactions that would wait for each other in a ring.
      const pair = i % 2 ? [ann.organization, other.organization] : [other.organization, ann.organization];
      for (let n = 0; Date.now() < stop; n++) {
        await client.query('begin');
        for (const organization of pair) {
          const set = 'update tasks set title = $3 where organization_id = $1 and id = $2';
          const id = organization === other.organization ? `t${i}` : anyTask();
          await client.query(set, [organization, id, `psql ${i}-${n}`]);
          const insert = `insert into notes (organization_id, id, text) values ($1, $2, 'x')`;
          await client.query(insert, [organization, `psql-${i}-${n}`]);
        }
        await client.query('commit');
      }
      await client.end();
    });
    const claimed = many(2, async (i) => {
      const bot = ann.as(`claimer-${i}`);
      while (Date.now() < stop) {
        const { claim } = await bot.claim(anyTask());
        await bot.release(claim);
      }
    });
    await Promise.all([ours, theirs, claimed]);

    for (const { organization } of [ann, other]) {
      const found = await cluster().psql(
        `select count(*), min(seq), max(seq) from ablo.log where organization = '${organization}'`);
      const [count, least, greatest] = found.split('|');
      assert.deepEqual([least, greatest], ['1', count]);
    }
    const { models } = await ann.call('load', { full: true });
    const last = new Map<string, Answer>();
    for (let after = 0, head = 1; after < head; ) {
      const page = await ann.call('changes', { after });
      for (const { kind, model, id, after: row } of page.changes) if (kind === 'row') last.set(`${model}/${id}`, row);
      [after, head] = [page.to, page.head];
    }
    for (const model of ['tasks', 'notes']) {
      for (const row of models[model]) assert.deepEqual(last.get(`${model}/${row.id}`), row);
    }
    const split = await cluster().psql(`select count(*) from (
      select from ablo.log where commit_key is not null
      group by organization, commit_key having max(seq) - min(seq) + 1 <> count(*)) s`);
    assert.equal(split, '0');
  }

  test('one commit sent over many connections at once takes effect once', () => withManyConnections(async (ann) => {
    for (let round = 0; round < 10; round++) {
      const id = `once-${round}`;
      const commit = ann.asked([makeTask(id)]);
      const receipts = (await many(8, () => ann.batch([commit]))).flat().filter(({ status }) => status !== 'blocked');
      assert.ok(receipts.length > 0);
      for (const receipt of receipts) assert.deepEqual(receipt, receipts[0]);
      assert.equal(receipts[0]!.status, 'confirmed');
      assert.equal((await ann.log()).filter((entry) => entry.id === id).length, 1);
    }
  }));

  test('a crash loses nothing that was confirmed and does nothing twice', () => withManyConnections(async (ann) => {
    const sent: Answer[] = [];
    const confirmed = new Map<string, number>();
    let crashed = false;
    const writers = many(4, async (i) => {
      for (let n = 0; !crashed; n++) {
        const commit = ann.as(`bot-${i}`).asked([makeTask(`crash-${i}-${n}`)]);
        sent.push(commit);
        try {
          const [receipt] = await ann.batch([commit]);
          if (receipt!.status === 'confirmed') confirmed.set(commit.key, receipt!.seq);
        } catch (error) {
          assert.equal((error as { code: string }).code, 'database_unreachable');
          crashed = true;
        }
      }
    });
    while (confirmed.size < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    await cluster().kill();
    await writers;
    await cluster().start();
    for (const commit of sent) {
      const [receipt] = await ann.batch([commit]);
      assert.equal(receipt!.status, 'confirmed');
      if (confirmed.has(commit.key)) assert.equal(receipt!.seq, confirmed.get(commit.key));
    }
    const log = await ann.log();
    assert.equal(log.length, sent.length);
    assert.deepEqual(new Set(log.map(({ commitKey }) => commitKey)), new Set(sent.map(({ key }) => key)));
  }));
});
