// SPDX-License-Identifier: MIT
//
// What others could not log at once and left to be logged: no write of ours passes it by, whoever took what before, and it is
// in nobody's way, neither while there is much of it nor after it was logged.
import assert from 'node:assert/strict';
import { afterEach, mock, test } from 'node:test';
import { testServer } from '@abloatai/ablo/testing';
import { until } from '../support/until';
import { onEachPostgres, schema, Tenant, type Answer } from './support/databases';
import { Sessions } from './support/sessions';

onEachPostgres((tenant, cluster) => {
  const sessions = new Sessions(() => cluster().url);
  afterEach(() => sessions.close());

  const snapshot = 'set transaction isolation level repeatable read';
  const setTitle = (ann: Tenant, title: string) =>
    `update tasks set title = '${title}' where organization_id = '${ann.organization}' and id = 't1'`;
  const addNotes = (ann: Tenant, count: number) =>
    `insert into notes (organization_id, id, text) select '${ann.organization}', i::text, 'x' from generate_series(1, ${count}) i`;
  const heads = (ann: Tenant) => ann.server.database.heads([ann.organization]);
  const titles = async (ann: Tenant) =>
    (await ann.log()).filter(({ model }) => model === 'tasks').map(({ after }: Answer) => after.title);
  /** No server logs a backlog while this transaction is open. */
  const noServer = () => sessions.begin(`select pg_advisory_xact_lock(hashtextextended('ablo.backlog', 0))`);

  async function staleAfter(ann: Tenant, readAt: number): Promise<void> {
    const { error } = await ann.update('tasks', 't1', { title: 'mine' }, { readAt });
    assert.equal(error?.code, 'stale_context');
  }

  test('who changes one row does not log the very many that another left, and a guarded write meets both', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    const held = await noServer();
    await sessions.ask(snapshot, addNotes(ann, 1001));
    await sessions.ask(setTitle(ann, 'theirs'));
    assert.equal((await ann.log(1)).length, 0);
    await staleAfter(ann, readAt);
    assert.equal((await ann.log(1)).length, 1002);
    assert.deepEqual(await titles(ann), ['Write', 'theirs']);
    await held.query('commit');
  });

  test('what was open when the rest was logged is logged too', async () => {
    const ann = tenant();
    await ann.task();
    const early = await sessions.begin(snapshot, setTitle(ann, 'early'));
    await sessions.ask(snapshot, addNotes(ann, 1));
    await heads(ann);
    const readAt = (await ann.log()).at(-1)!.seq;
    assert.equal(readAt, 2);
    const held = await noServer();
    await early.query('commit');
    await staleAfter(ann, readAt);
    assert.deepEqual(await titles(ann), ['Write', 'early']);
    await held.query('commit');
  });

  test('so is what is left by the transaction that logged the rest', async () => {
    const [ann, ben] = [tenant(), tenant()];
    for (const one of [ann, ben]) await one.task();
    const held = await noServer();
    await sessions.ask(snapshot, addNotes(ann, 1));
    const theirs = await sessions.begin(setTitle(ann, 'first'));
    await sessions.ask(addNotes(tenant(), 1)); // began later and is over
    await theirs.query('set constraints all immediate; set constraints all deferred');
    const busy = await sessions.begin(`select from ablo.organization where id = '${ben.organization}' for update`);
    await theirs.query(`${setTitle(ann, 'second')}; ${setTitle(ben, 'second')}; commit`);
    await busy.query('commit');
    assert.deepEqual(await titles(ann), ['Write', 'first']);
    await staleAfter(ann, (await ann.log()).at(-1)!.seq);
    assert.deepEqual(await titles(ann), ['Write', 'first', 'second']);
    await held.query('commit');
    await heads(ben);
    assert.deepEqual(await titles(ben), ['Write', 'second']);
  });

  test('and what is left in a database where a dump of another was restored', async () => {
    const ann = tenant();
    const readAt = await ann.task();
    await sessions.ask(snapshot, addNotes(ann, 1));
    await heads(ann);
    await sessions.ask(`update ablo.taken set since = '1000000000000'`);
    await sessions.ask(snapshot, setTitle(ann, 'theirs'));
    await staleAfter(ann, readAt);
    await sessions.ask(snapshot, setTitle(ann, 'theirs again'));
    await heads(ann);
    assert.deepEqual(await titles(ann), ['Write', 'theirs', 'theirs again']);
  });

  test('what was logged is not looked at again, though an old snapshot might see it', async () => {
    const ann = tenant();
    await ann.task();
    const old = await sessions.begin(snapshot, 'select from tasks');
    const client = await sessions.open();
    const looked = async (call: string) => {
      const { rows } = await client.query(`explain (analyze, buffers, format json) select ${call}`);
      const { Plan } = rows[0]['QUERY PLAN'][0];
      return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'];
    };
    for (const who of ['a server', 'a commit']) {
      await sessions.ask(snapshot, addNotes(ann, 2000), `delete from notes where organization_id = '${ann.organization}'`);
      if (who === 'a commit') await ann.update('tasks', 't1', { title: 'ours' });
      await until('it is logged', async () => {
        await heads(ann);
        return (await client.query('select from ablo.backlog')).rowCount === 0;
      });
      for (const call of [`ablo.has_left('${ann.organization}', 0)`, 'ablo.log_backlog()'])
        await until(`${call} after ${who}`, async () => (await looked(call)) < 200);
    }
    await old.query('commit');
  });

  test('a server logs it, though nobody is connected', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      await using server = await testServer({ schema, databaseUrl: await cluster().createDatabase('alone') });
      const ann = new Tenant(server);
      await ann.task();
      await cluster().psql(`begin; ${snapshot}; ${setTitle(ann, 'theirs')}; commit`, 'alone');
      mock.timers.tick(60_000);
      await until('it is logged', async () => (await titles(ann)).length === 2);
    } finally {
      mock.timers.reset();
    }
  });
});
