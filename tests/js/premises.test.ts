// SPDX-License-Identifier: MIT
//
// Snapshots that carry their reasons, against a whole server on Postgres: what an agent read, rows and queries, is
// still so when its write lands, or the write is refused and says what changed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Ablo, { AbloStaleContextError, type AbloOptions } from '@abloatai/ablo';
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import pg from 'pg';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { until } from '../support/until';

const schema = defineSchema({
  tasks: model({ title: z.string(), count: z.number().optional(), place: z.string().optional(), status: z.enum(['todo', 'done']).default('todo') }),
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let cluster: PostgresCluster;
let server: TestServer;
let sql: pg.Client;
before(async () => {
  cluster = await startPostgres();
  server = await testServer({ schema, databaseUrl: cluster.url });
  sql = new pg.Client(cluster.url);
  await sql.connect();
});
after(async () => {
  await sql?.end();
  await server?.close();
  await cluster?.stop();
});

const made: { dispose(): Promise<void> }[] = [];
after(() => Promise.all(made.map((client) => client.dispose())));

function connect(agentId: string, options: AbloOptions<typeof schema> = {}) {
  const client = Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, agentId, logger: quiet, ...options });
  made.push(client);
  return client;
}

const aborted = (signal: AbortSignal) => until('the signal is aborted', () => signal.aborted);

test('a row that appeared refuses the write of whoever had decided that there was none', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const mine = { where: { place: 'a' } };
  await Promise.all([one.tasks.load(mine), other.tasks.load(mine)]);
  const book = (agent: typeof one) => agent.snapshot((ablo) => ablo.tasks.getAll(mine));
  const [first, second] = [book(one), book(other)];
  assert.deepEqual([first.value, second.value], [[], []]);
  const { id } = await one.tasks.create({ title: 'one', place: 'a' }, { snapshot: first });
  await assert.rejects(other.tasks.create({ title: 'other', place: 'a' }, { snapshot: second }), (error) => {
    assert.ok(error instanceof AbloStaleContextError);
    assert.deepEqual(error.conflicts.map((conflict) => [conflict.model, conflict.id]), [['tasks', id]]);
    return true;
  });
  await aborted(second.signal);
  assert.equal(first.signal.aborted, false, 'a write of its own leaves it standing');
});

test('a row that no longer matches refuses it as well, one that never did does not', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const open = { where: { place: 'b', status: 'todo' } } as const;
  const [kept, away] = await Promise.all([
    other.tasks.create({ title: 'kept', place: 'b', status: 'todo' }),
    other.tasks.create({ title: 'elsewhere', place: 'c', status: 'todo' }),
  ]);
  await one.tasks.load(open);
  const snap = one.snapshot((ablo) => ablo.tasks.getCount(open));
  assert.equal(snap.value, 1);
  await other.tasks.update(away.id, { status: 'done' });
  await one.tasks.create({ title: 'allowed' }, { snapshot: snap });
  const fell: string[] = [];
  snap.onChange(({ id }) => fell.push(id));
  await other.tasks.update(kept.id, { status: 'done' });
  await aborted(snap.signal);
  assert.deepEqual(fell, [kept.id]);
  await assert.rejects(one.tasks.create({ title: 'too late' }, { snapshot: snap }), { code: 'stale_context' });
});

test('what SQL writes behind our back makes it fall', async () => {
  const agent = connect('one');
  const nothing = { where: { place: 'd' } };
  await agent.tasks.load(nothing);
  const snap = agent.snapshot((ablo) => ablo.tasks.getAll(nothing));
  await sql.query(`insert into tasks (organization_id, id, title, status, place) values ($1, 'by hand', 'x', 'todo', 'd')`, [
    server.organization,
  ]);
  await assert.rejects(agent.tasks.create({ title: 'agent' }, { snapshot: snap }), { code: 'stale_context' });
  await aborted(snap.signal);
});

test('rows that are named are relied on, also those that are not there', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const { id } = await one.tasks.create({ title: 'read' });
  const named = one.snapshot({ tasks: [id, 'nowhere'] });
  await one.tasks.create({ title: 'allowed' }, { snapshot: named });
  await other.tasks.create({ id: 'nowhere', data: { title: 'now it is' } });
  await assert.rejects(one.tasks.create({ title: 'refused' }, { snapshot: named }), { code: 'stale_context' });
  const read = one.snapshot((ablo) => ablo.tasks.get(id)!.title);
  assert.equal(read.value, 'read');
  await other.tasks.update(id, { title: 'written' });
  await assert.rejects(one.commits.create({ operations: [{ action: 'update', model: 'tasks', id, data: { count: 1 } }], snapshot: read }), {
    code: 'stale_context',
  });
});

test('an update that is made from its row is not made anew when its reasons are gone', async () => {
  const [one, other] = [connect('one'), connect('other')];
  const { id } = await one.tasks.create({ title: 'counted', count: 0 });
  const { id: reason } = await one.tasks.create({ title: 'reason' });
  const snap = one.snapshot({ tasks: reason });
  await other.tasks.update(reason, { title: 'gone' });
  let tries = 0;
  const more = ({ count = 0 }: { count?: number }) => (tries++, { count: count + 1 });
  await assert.rejects(one.tasks.update(id, more, { snapshot: snap }), { code: 'stale_context' });
  assert.ok(tries <= 2, `${tries} tries`);
});

test('what was seen of a write of its own that was refused was never so', async () => {
  const [one, other] = [connect('one', { bootstrap: 'full' }), connect('other')];
  await one.ready();
  const { id } = await one.tasks.create({ title: 'held' });
  const { id: free } = await one.tasks.create({ title: 'free' });
  const claim = await other.tasks.claim({ id });
  const refused = one.tasks.update(id, { place: 'nowhere' });
  const snap = one.snapshot((ablo) => ablo.tasks.getAll({ where: { place: 'nowhere' } }));
  assert.equal(snap.value.length, 1);
  await assert.rejects(refused, { code: 'entity_claimed' });
  await aborted(snap.signal);
  await assert.rejects(one.tasks.update(free, { title: 'x' }, { snapshot: snap }), { code: 'stale_context' });
  await claim.release();
});

test('what cannot be relied on is refused by name', async () => {
  const [one, other] = [connect('one'), connect('other')];
  await one.ready();
  assert.throws(() => one.snapshot((ablo) => ablo.tasks.getAll({ where: { place: 'never loaded' } })), {
    code: 'sync_not_ready',
    message: /load/,
  });
  assert.throws(() => one.snapshot(async (ablo) => ablo.tasks.get('a')), { code: 'wrong_type' });
  const ids = Array.from({ length: 10_000 }, (_, n) => `t${n}`);
  const many = one.snapshot({ tasks: ids });
  await assert.rejects(one.tasks.create({ title: 'x' }, { snapshot: many }), { code: 'write_options_invalid', message: /500/ });
  await other.ready();
  await assert.rejects(other.tasks.create({ title: 'x' }, { snapshot: many }), { code: 'stale_context', message: /client/ });
});
