// SPDX-License-Identifier: MIT
//
// Six who write without us and six who write with us, at once, in the same rows of four organizations, with cascades and a
// trigger of the user: nothing is lost, doubled or out of order, and nobody fails for our sake. ABLO_FOREIGN_SECONDS says for
// how long (3 unless said).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPostgres, type Database } from '@abloatai/ablo/server';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import type { PostgresVersion } from '../support/postgres-version';
import { Random } from '../support/random';
import { until } from '../support/until';
import { dropTask, makeTask, schema, setTask, Tenant, type Operation } from './support/databases';
import { decided } from './support/decided';
import { wrongOf } from './support/foreign-log';

const kSeconds = Number(process.env['ABLO_FOREIGN_SECONDS'] ?? 3);
const organizations = ['a', 'b', 'c', 'd'];
const hot = Array.from({ length: 10 }, (_, i) => `hot-${i}`);

const kUsers = `
  alter table notes add foreign key (organization_id, task_id) references tasks (organization_id, id) on delete cascade;
  create function count_notes() returns trigger language plpgsql as $$ begin
    update tasks set count = count + 1 where organization_id = new.organization_id and id = new.task_id;
    return null;
  end $$;
  create trigger count_notes after insert on notes for each row execute function count_notes()`;

/** What each of them does again and again, as statements of one transaction. How many of the hot rows it counted in. */
type Writer = (random: Random, name: string) => { sql: string[]; counts: number };
const theirs: Record<string, Writer> = {
  counts: (random) => ({
    sql: [`update tasks set count = count + 1 where organization_id = '${random.pick(organizations)}' and id = '${random.pick(hot)}'`],
    counts: 1,
  }),
  'adds notes': (random, name) => ({
    sql: [`insert into notes (organization_id, id, text, task_id)
      values ('${random.pick(organizations)}', '${name}', 'x', '${random.pick(hot)}')`],
    counts: 1,
  }),
  'writes in two organizations, in any order': (random, name) => {
    const first = random.pick(organizations);
    const both = [first, random.pick(organizations.filter((other) => other !== first))];
    return { sql: both.map((o) => `update tasks set title = '${name}' where organization_id = '${o}' and id = 'both'`), counts: 0 };
  },
  'makes and drops': (random, name) => {
    const key = `'${random.pick(organizations)}'`;
    return {
      sql: [
        `insert into tasks (organization_id, id, title, status, count) values (${key}, '${name}', 'x', 'todo', 0)`,
        `insert into notes (organization_id, id, text, task_id) select ${key}, '${name}' || i, 'x', '${name}' from generate_series(1, 3) i`,
        ...(random.chance(70) ? [`delete from tasks where organization_id = ${key} and id = '${name}'`] : []),
      ],
      counts: 0,
    };
  },
  'writes many': (random, name) => ({
    sql: [`update tasks set title = '${name}' where organization_id = '${random.pick(organizations)}' and id like 'bulk%'`],
    counts: 0,
  }),
  'reads from one snapshot': (random, name) => ({
    sql: [
      'set transaction isolation level serializable',
      `update tasks set title = '${name}' where organization_id = '${random.pick(organizations)}' and id = 'snapshot'`,
    ],
    counts: 0,
  }),
};
const ours = (random: Random, name: string): { operations: Operation[]; counts: number } =>
  random.pick([
    () => ({ operations: [setTask(random.pick(hot), { title: name })], counts: 0 }),
    () => ({ operations: [setTask(random.pick(hot), { title: name }), setTask('both', { status: 'done' })], counts: 0 }),
    () => ({ operations: [{ op: 'create', model: 'notes', id: name, data: { text: 'x', taskId: random.pick(hot) } } as Operation], counts: 1 }),
    () => ({ operations: [makeTask(name, { count: 0 }), { op: 'create', model: 'notes', id: name, data: { text: 'x', taskId: name } } as Operation], counts: 0 }),
  ])();

function onVersion(version: PostgresVersion): void {
  let cluster: PostgresCluster;
  let server: TestServer;
  let database: Database;
  before(async () => {
    cluster = await startPostgres([], version);
    server = await testServer({ schema, databaseUrl: cluster.url });
    database = await openPostgres(cluster.url, { connections: 8 });
    await cluster.psql(kUsers);
  });
  after(async () => {
    await database?.close();
    await server?.close();
    await cluster?.stop();
  });

  test('foreign and own writers at once', async (t) => {
    const rows = [...hot, 'both', 'snapshot', ...Array.from({ length: 50 }, (_, i) => `bulk-${i}`)];
    for (const o of organizations) await new Tenant({ ...server, database }, o).commit(rows.map((id) => makeTask(id, { count: 0 })));
    const end = performance.now() + kSeconds * 1000;
    let [transactions, commits, counted] = [0, 0, 0];
    const foreign = Object.entries(theirs).map(async ([who, write], i) => {
      const client = new pg.Client(cluster.url);
      await client.connect();
      const random = new Random(i);
      for (let n = 0; performance.now() < end; n++) {
        const { sql, counts } = write(random, `their-${i}-${n}`);
        try {
          await client.query(['begin', ...sql, 'commit'].join('; '));
        } catch (error) {
          throw new Error(`One who ${who} failed: ${(error as Error).message}`, { cause: error });
        }
        transactions++;
        counted += counts;
      }
      await client.end();
    });
    const own = Array.from({ length: 6 }, async (_, i) => {
      const random = new Random(100 + i);
      for (let n = 0; performance.now() < end; n++) {
        const name = `our-${i}-${n}`;
        const bot = new Tenant({ ...server, database }, random.pick(organizations)).as(`bot-${i}`);
        const { operations, counts } = ours(random, name);
        const { status, error } = await decided(bot, operations);
        assert.equal(status, 'confirmed', JSON.stringify(error));
        commits++;
        counted += counts;
        if (operations[0]!.op !== 'create' || operations[0]!.model !== 'tasks' || random.chance(50)) continue;
        await decided(bot, [dropTask(name)]);
      }
    });
    await Promise.all([...foreign, ...own]);
    await until('nothing is left to be logged', async () => {
      await database.heads([]);
      return (await cluster.psql('select count(*) from ablo.backlog')) === '0';
    });

    assert.equal(await cluster.psql('select organization from ablo.log group by 1 having count(*) <> max(seq)'), '', 'dense');
    for (const table of ['tasks', 'notes']) assert.equal(await wrongOf(cluster, table), '', `${table}: the log is true`);
    const backwards = `select organization, id, seq from (
      select l.*, lag((after->>'count')::int) over (partition by organization, id order by seq) as earlier
      from ablo.log l where model = 'tasks' and id like 'hot%') l where (after->>'count')::int < earlier`;
    assert.equal(await cluster.psql(backwards), '', 'in order');
    assert.equal(Number(await cluster.psql(`select sum(count) from tasks where id like 'hot%'`)), counted, 'nothing is lost');
    const doubled = `select organization, model, id, commit_key from ablo.log where commit_key like 'external:%' and kind = 'row'
      group by 1, 2, 3, 4 having count(*) > 1`;
    assert.equal(await cluster.psql(doubled), '', 'nothing twice');
    assert.equal(await cluster.psql('select count(*) from ablo.captured'), '0', 'no notes are left');
    assert.equal(await cluster.psql('select coalesce(sum(deadlocks), 0) from pg_stat_database'), '0', 'no deadlocks');
    assert.ok(transactions > 100 && commits > 50, `${transactions} ${commits}`);
    t.diagnostic(`${transactions} foreign transactions, ${commits} commits, ${await cluster.psql('select count(*) from ablo.log')} entries`);
  });
}

describe("on Debian's Postgres", () => onVersion('debian'));
describe('on the newest Postgres', () => onVersion('newest'));
