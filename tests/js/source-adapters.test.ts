// SPDX-License-Identifier: MIT
//
// One suite for all adapters, each on a real database: what a server may rely on, whatever ORM is behind the endpoint.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import { DbNull } from '@prisma/client/runtime/client';
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { dataSource, type SourceAdapter } from '@abloatai/ablo/source';
import { drizzleDataSource } from '@abloatai/ablo/source/drizzle';
import { prismaDataSource } from '@abloatai/ablo/source/prisma';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { PrismaClient } from '../support/prisma/client';
import { apiKey, ask } from '../support/source';

const schema = defineSchema({
  tasks: model({
    id: z.string(),
    title: z.string(),
    status: z.enum(['todo', 'doing', 'done']),
    points: z.optional(z.number()),
    dueAt: z.optional(z.date()),
    meta: z.optional(z.json()),
    updatedAt: z.string(),
    archivedAt: z.optional(z.date()),
  }),
  notes: model({ taskId: z.string(), text: z.string(), organizationId: z.string() }),
});

/** The application's own tables, as it made them long before. */
const tables = `
  create type "Status" as enum ('todo', 'doing', 'done');
  create table tasks (
    id text primary key, title text not null check (title <> 'forbidden'), status "Status" not null, points double precision,
    due_at timestamptz, meta jsonb, secret text default 'not for Ablo', updated_at timestamptz not null, archived_at timestamptz
  );
  create table notes (
    id text primary key, task_id text not null references tasks (id), text text not null unique, organization_id text not null
  );`;

interface Place {
  adapter: SourceAdapter;
  /** Somebody else at the same database. */
  sql(text: string): Promise<Record<string, any>[]>;
  close(): Promise<void>;
}

let cluster: PostgresCluster;
before(async () => void (cluster = await startPostgres()));
after(() => cluster.stop());

async function postgres(name: string, adapterOf: (url: string, pool: pg.Pool) => { adapter: SourceAdapter; close?(): Promise<void> }): Promise<Place> {
  const url = await cluster.createDatabase(name);
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {}); // the cluster stops first
  const { adapter, close } = adapterOf(url, pool);
  const end = async () => void (await close?.(), await pool.end());
  return { adapter, sql: async (text) => (await pool.query(text)).rows, close: end };
}

const places: Record<string, () => Promise<Place>> = {
  'Drizzle on Postgres': () => postgres('drizzle', (_, pool) => ({ adapter: drizzleDataSource(drizzlePg(pool), schema) })),
  'Prisma on Postgres': () =>
    postgres('prisma', (url) => {
      const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
      const adapter = prismaDataSource(prisma, schema, { delegateName: (model) => model.replace(/s$/, ''), dbNull: DbNull });
      return { adapter, close: () => prisma.$disconnect() };
    }),
  'Drizzle on PGlite': async () => {
    const client = await PGlite.create();
    const sql = async (text: string) => (await client.exec(text)).at(-1)!.rows as Record<string, any>[];
    return { adapter: drizzleDataSource(drizzlePglite({ client }), schema), sql, close: () => client.close() };
  },
};

for (const [name, open] of Object.entries(places)) {
  describe(name, () => {
    let place: Place;
    let source: (body: object) => Promise<Record<string, any>>;
    before(async () => {
      place = await open();
      await place.sql(tables);
      for (let twice = 0; twice < 2; twice++) for (const { up } of place.adapter.migrations()) await place.sql(up);
      const handler = dataSource({ schema, apiKey, adapter: place.adapter });
      source = (body) => ask(handler, body);
    });
    after(() => place?.close());

    const commit = (operations: object[], rest: object = {}) => source({ type: 'commit', operations, clientTxId: randomUUID(), ...rest });
    const create = (id: string, input: object = {}) => ({ type: 'CREATE', model: 'tasks', id, input: { title: id, status: 'todo', ...input } });
    const load = (id: string, rest: object = {}) => source({ type: 'load', model: 'tasks', id, ...rest });
    const listed = async (query: object) => (await source({ type: 'list', model: 'tasks', query })).rows.map((row: { id: string }) => row.id);

    test('a created row is committed, comes back as it is in the database, and is found again', async () => {
      const input = { title: "O'Brien $1 \\ \"x\" \u00e9\u{1f600}", points: 2.5, dueAt: '2026-01-02T03:04:05.678Z', meta: { a: [1, null, "'"] }, updatedAt: '2026-05-05T05:05:05.000Z' };
      const { status, rows } = await commit([create('t1', input)]);
      const expected = { id: 't1', status: 'todo', ...input, archivedAt: null };
      assert.deepEqual({ status, rows }, { status: 200, rows: [expected] });
      assert.deepEqual((await load('t1')).row, expected);
      assert.deepEqual((await load('nobody')).row, null);
      assert.deepEqual(await place.sql(`select title, points, status from tasks where id = 't1'`), [{ title: input.title, points: 2.5, status: 'todo' }]);
    });

    test('columns the schema does not declare stay in the database', async () => {
      await commit([create('t-secret')]);
      assert.deepEqual(await place.sql(`select secret from tasks where id = 't-secret'`), [{ secret: 'not for Ablo' }]);
      assert.ok(!('secret' in (await load('t-secret')).row));
      assert.equal((await source({ type: 'list', model: 'tasks', query: { where: [['secret', 'x']] } })).error, 'unknown_field');
      assert.equal((await commit([create('t-secret2', { secret: 'x' })])).error, 'unknown_field');
    });

    test('update, archive, unarchive and delete answer the row after them; a field is emptied by null', async () => {
      await commit([create('t2', { points: 3, dueAt: '2026-01-01T00:00:00.000Z', meta: { a: 1 } })]);
      const operation = (type: string, input?: object) => commit([{ type, model: 'tasks', id: 't2', input }]);
      const { rows: [doing] } = await operation('UPDATE', { status: 'doing', points: null, dueAt: null });
      assert.deepEqual([doing.status, doing.points, doing.dueAt, doing.meta], ['doing', null, null, { a: 1 }]);
      assert.ok(Date.now() - Date.parse(doing.updatedAt) < 60_000);
      const { rows: [emptied] } = await operation('UPDATE', { meta: null });
      assert.equal(emptied.meta, null);
      assert.deepEqual(await place.sql(`select meta is null as empty from tasks where id = 't2'`), [{ empty: true }]);
      assert.ok((await operation('ARCHIVE')).rows[0].archivedAt);
      assert.equal((await operation('UNARCHIVE')).rows[0].archivedAt, null);
      assert.deepEqual((await operation('DELETE')).rows, []);
      assert.equal((await load('t2')).row, null);
      for (const type of ['UPDATE', 'DELETE']) assert.equal((await operation(type, { status: 'done' })).error, 'entity_not_found');
    });

    test('a commit lands whole or not at all, and a refused one leaves no trace', async () => {
      const clientTxId = randomUUID();
      const operations = [create('t3'), create('t4', { title: 'forbidden' })];
      const refused = await commit(operations, { clientTxId });
      assert.match(`${refused.status} ${refused.error}`, /^400 (check_violation|constraint_violation)$/);
      assert.equal((await load('t3')).row, null);
      assert.deepEqual(await place.sql(`select id from ablo_outbox where client_tx_id = '${clientTxId}'`), []);
      assert.equal((await commit([operations[0]!], { clientTxId })).status, 200, 'its key is free again');
    });

    test('what the database refuses is refused by name, with a status that is final', async () => {
      await commit([create('t5')]);
      const note = (id: string, taskId: string) => ({ type: 'CREATE', model: 'notes', id, input: { taskId, text: id } });
      const scope = { organizationId: 'o1' };
      assert.deepEqual(
        [await commit([create('t5')]), await commit([note('n1', 'no such task')], { scope })].map(({ status, error }) => [status, error]),
        [[409, 'unique_violation'], [409, 'foreign_key_violation']],
      );
      for (const wrong of [{ status: 'nope' }, { points: 'many' }, { dueAt: 'soon' }, { title: null }])
        assert.equal((await commit([{ type: 'UPDATE', model: 'tasks', id: 't5', input: wrong }])).status, 400, JSON.stringify(wrong));
    });

    test('the same commit again takes effect once and is answered the same; another one under its key is refused', async () => {
      const clientTxId = randomUUID();
      const operations = [create('t6')];
      const once = await commit(operations, { clientTxId });
      await place.sql(`update tasks set title = 'changed since' where id = 't6'`);
      assert.deepEqual(await commit(operations, { clientTxId }), once);
      assert.equal((await load('t6')).row.title, 'changed since');
      const other = await commit([create('t7')], { clientTxId });
      assert.deepEqual([other.status, other.error], [409, 'idempotency_conflict']);
      const ofOthers = await commit(operations, { clientTxId, scope: { organizationId: 'others' } });
      assert.equal(ofOthers.error, 'idempotency_conflict', 'another organization is not shown the answer');
      assert.equal((await source({ type: 'commit', operations })).error, 'source_commit_requires_client_tx_id');
    });

    test('eight at once with one key: one takes effect, all are answered the same', async () => {
      const clientTxId = randomUUID();
      const answers = await Promise.all(Array.from({ length: 8 }, () => commit([create('t8', { updatedAt: '2026-05-05T05:05:05.000Z' })], { clientTxId })));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      assert.equal(answers[0]!.status, 200);
      assert.equal((await place.sql(`select from ablo_outbox where client_tx_id = '${clientTxId}'`)).length, 1);
    });

    test('list filters as SQL does', async () => {
      await place.sql('delete from tasks where id <> all (select task_id from notes)');
      await place.sql(`insert into tasks (id, title, status, points, due_at, meta, updated_at) values
        ('a', 'Apple pie', 'todo', 1, '2026-01-01Z', null, now()), ('b', 'apple', 'doing', null, null, '{}', now()),
        ('c', '50% off', 'done', 3, '2026-02-01Z', null, now())`);
      const cases: [string, unknown[][]][] = [
        ['a', [['status', 'todo']]],
        ['b c', [['status', '!=', 'todo']]],
        ['a b', [['status', 'IN', ['todo', 'doing']]]],
        ['', [['status', 'IN', []]]],
        ['c', [['status', 'NOT IN', ['todo', 'doing']]]],
        ['c', [['points', '>', 1]]],
        ['a c', [['points', '>=', 1]]],
        ['a', [['points', '<=', 1], ['status', 'todo']]],
        ['b', [['points', 'IS', null]]],
        ['b', [['points', null]]],
        ['a c', [['points', 'IS NOT', null]]],
        ['b c', [['points', 'IS NOT', 1]]],
        ['c', [['points', '!=', 1]]],
        ['a', [['title', 'LIKE', 'Apple%']]],
        ['a b', [['title', 'ILIKE', '%APPLE%']]],
        ['b c', [['title', 'NOT LIKE', '%pie']]],
        ['b', [['title', 'ILIKE', 'APPLE']]],
        ['c', [['dueAt', '>', '2026-01-15T00:00:00.000Z']]],
        ['a', [['dueAt', '=', '2026-01-01T00:00:00.000Z']]],
        ['a b c', [['archivedAt', 'IS', null]]],
        ['a c', [['meta', 'IS', null]]],
        ['b', [['meta', '!=', null]]],
        ['', [['title', "x'; drop table tasks; --"]]],
      ];
      for (const [expected, where] of cases) assert.equal((await listed({ where })).join(' '), expected, JSON.stringify(where));
      assert.deepEqual(await listed({ limit: 0 }), []);
      assert.equal((await source({ type: 'list', model: 'tasks', query: { related: ['notes'] } })).error, 'query_invalid');
    });

    test('a pattern with % inside is answered right, or refused by name where the ORM cannot say it', async () => {
      await commit([create('like-1', { title: 'left and right' }), create('like-2', { title: 'left' })]);
      const answer = await source({ type: 'list', model: 'tasks', query: { where: [['title', 'LIKE', 'left%right']] } });
      if (name.startsWith('Prisma')) assert.deepEqual([answer.status, answer.error], [400, 'query_unsupported_operator']);
      else assert.deepEqual(answer.rows.map((row: { id: string }) => row.id), ['like-1']);
    });

    test('a page whose last row was deleted meanwhile does not end the list silently', async () => {
      await commit(['g1', 'g2', 'g3', 'g4'].map((id) => create(id, { title: 'gone' })));
      const page = (cursor?: string) => source({ type: 'list', model: 'tasks', query: { where: [['title', 'gone']], limit: 2, cursor } });
      const { nextCursor } = await page();
      await place.sql(`delete from tasks where id = 'g2'`);
      const next = await page(nextCursor);
      if (name.startsWith('Prisma')) assert.equal(next.error, 'query_invalid');
      else assert.deepEqual(next.rows.map((row: { id: string }) => row.id), ['g3', 'g4']);
    });

    test('pages go through all rows in order, each once, nulls last in both directions', async () => {
      await place.sql('delete from tasks where id <> all (select task_id from notes)');
      await place.sql(`insert into tasks (id, title, status, points, due_at, updated_at)
        select 'p' || lpad(i::text, 2, '0'), 'row', 'todo', case when i % 3 > 0 then i / 5 end,
          timestamptz '2026-01-01Z' + (i * 7 % 5) * interval '1 microsecond', now() from generate_series(0, 24) i`);
      for (const orderBy of ['id', 'points', 'dueAt', 'title'])
        for (const order of ['asc', 'desc']) {
          const paged: string[] = [];
          for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
            const page: Record<string, any> = await source({ type: 'list', model: 'tasks', query: { orderBy, order, limit: 4, cursor } });
            assert.ok(pages < 10 && page.rows.length <= 4, `${orderBy} ${order}: ${JSON.stringify(page)}`);
            paged.push(...page.rows.map((row: { id: string }) => row.id));
            cursor = page.nextCursor;
          }
          const column = orderBy === 'dueAt' ? 'due_at' : orderBy;
          const expected = await place.sql(`select id from tasks order by ${column} ${order} nulls last, id`);
          assert.deepEqual(paged, expected.map(({ id }) => id), `${orderBy} ${order}`);
        }
    });

    test('rows of another organization are not there', async () => {
      await commit([create('t9')]);
      const ask = (organizationId: string | undefined, body: object) => source({ ...body, ...(organizationId && { scope: { organizationId } }) });
      const put = (type: string, input?: object) => ({ type: 'commit', clientTxId: randomUUID(), operations: [{ type, model: 'notes', id: 'n9', input }] });
      const { rows } = await ask('mine', put('CREATE', { taskId: 't9', text: 'private', organizationId: 'theirs' }));
      assert.deepEqual(rows, [{ id: 'n9', taskId: 't9', text: 'private', organizationId: 'mine' }]);
      const read = { type: 'load', model: 'notes', id: 'n9' };
      assert.equal((await ask('mine', read)).row.text, 'private');
      assert.equal((await ask('theirs', read)).row, null);
      assert.deepEqual((await ask('theirs', { type: 'list', model: 'notes' })).rows, []);
      assert.equal((await ask('mine', { type: 'list', model: 'notes' })).rows.length, 1);
      for (const type of ['UPDATE', 'DELETE']) assert.equal((await ask('theirs', put(type, { text: 'taken' }))).error, 'entity_not_found');
      assert.equal((await ask('mine', put('UPDATE', { text: 'still mine', organizationId: 'theirs' }))).rows[0].organizationId, 'mine');
      for (const body of [read, { type: 'list', model: 'notes' }, put('DELETE')])
        assert.deepEqual([(await ask(undefined, body)).status, (await ask(undefined, body)).error], [403, 'source_forbidden']);
    });

    test('events: own commits carry their clientTxId, other writers append, a cursor never shows one twice', async () => {
      const start = (await source({ type: 'events', limit: 1000 })).nextCursor;
      const clientTxId = randomUUID();
      await commit([create('e1'), { type: 'DELETE', model: 'tasks', id: 'e1' }], { clientTxId });
      await place.sql(`insert into ablo_outbox (id, model, entity_id, type) values ('ours-${clientTxId}', 'tasks', 'e2', 'UPDATE')`);
      const first = await source({ type: 'events', cursor: start, limit: 2 });
      assert.deepEqual(first.events.map(({ id, type, entityId, clientTxId }: any) => [id, type, entityId, clientTxId]), [
        [`${clientTxId}:0`, 'CREATE', 'e1', clientTxId],
        [`${clientTxId}:1`, 'DELETE', 'e1', clientTxId],
      ]);
      assert.equal(first.events[0].data.title, 'e1');
      assert.equal(typeof first.events[0].occurredAt, 'number');
      const second = await source({ type: 'events', cursor: first.nextCursor });
      assert.deepEqual(second.events.map(({ id, entityId }: any) => [id, entityId]), [[`ours-${clientTxId}`, 'e2']]);
      assert.deepEqual(await source({ type: 'events', cursor: second.nextCursor }), { status: 200, events: [], nextCursor: second.nextCursor });
      assert.equal((await source({ type: 'events', cursor: "1'; drop table tasks" })).error, 'query_invalid');
    });
  });
}

test('an event that is appended first and committed last is not missed: its cursor comes after those read meanwhile', async () => {
  const place = await postgres('outbox', (_, pool) => ({ adapter: drizzleDataSource(drizzlePg(pool), schema) }));
  for (const { up } of place.adapter.migrations()) await place.sql(up);
  const [slow, fast] = [new pg.Client(await connection()), new pg.Client(await connection())];
  async function connection() {
    return { connectionString: cluster.url.replace(/postgres$/, 'outbox') };
  }
  try {
    await Promise.all([slow.connect(), fast.connect()]);
    const append = (client: pg.Client, id: string) => client.query(`insert into ablo_outbox (id, model, entity_id, type) values ($1, 'tasks', $1, 'UPDATE')`, [id]);
    await slow.query('begin');
    await append(slow, 'slow');
    const second = append(fast, 'fast');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual((await place.adapter.events({})).events, [], 'nobody overtakes an append that is not committed');
    await slow.query('commit');
    await second;
    assert.deepEqual((await place.adapter.events({})).events.map(({ id }) => id), ['slow', 'fast']);
  } finally {
    await Promise.all([slow.end(), fast.end()]);
    await place.close();
  }
});

test('a Prisma client without a model of the schema is refused when the source is made', () => {
  const prisma = { task: {}, $transaction: async () => undefined as never, $queryRawUnsafe: async () => undefined as never };
  assert.throws(() => prismaDataSource(prisma, schema, { delegateName: (model) => model.replace(/s$/, '') }), { code: 'invalid_schema', message: /'note'.*delegateName/ });
});

test('a json field that Prisma has no word to empty is refused by name', async () => {
  const delegate = { update: () => assert.fail('it was asked') };
  const prisma = { tasks: delegate, notes: delegate, $transaction: (work: (inside: any) => any) => work(prisma), $queryRawUnsafe: async () => [{}] as any };
  const adapter = prismaDataSource(prisma, schema);
  const operations = [{ type: 'UPDATE', model: 'tasks', id: 't1', input: { meta: null } }] as const;
  await assert.rejects(adapter.commit({ operations, clientTxId: 'tx' }), { message: /dbNull/ });
});
