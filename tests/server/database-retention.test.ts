// SPDX-License-Identifier: MIT
//
// A log that does not keep everything: what of it goes, what stays true all the same, and what whoever was away for too
// long is told.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { makeTask, onEachDatabase, onPostgres, setTask, Tenant, type Answer } from './support/databases';
import { Wire } from './support/wire';

async function trim({ server: { database } }: Tenant, days = 0): Promise<void> {
  while (await database.trim(days));
}

async function begins(tenant: Tenant): Promise<number> {
  return (await tenant.call('read', { statement: 'select jsonb_build_array(ablo.log_begins($1))' })).rows[0];
}

onEachDatabase((tenant) => {
  test('a log of which everything was trimmed goes on where it was', async () => {
    const ann = tenant();
    for (const id of ['t1', 't2', 't3']) await ann.task(id);
    await trim(ann);
    assert.equal(await begins(ann), 3);
    assert.deepEqual(JSON.parse(await ann.server.database.heads([ann.organization])), { [ann.organization]: 3 });
    assert.equal((await ann.call('load', { full: true })).seq, 3);

    assert.equal((await ann.update('tasks', 't1', { title: 'Next' })).seq, 4);
    const { from, to, head, trimmed, changes } = await ann.call('changes', { after: 3 });
    assert.deepEqual([from, to, head, trimmed], [3, 4, 4, false]);
    assert.deepEqual(changes.map(({ seq }: Answer) => seq), [4]);
    assert.equal((await ann.claim('t2')).head, 5);
  });

  test('whoever has seen all that was trimmed goes on; whoever has not is told', async () => {
    const ann = tenant();
    for (const id of ['t1', 't2']) await ann.task(id);
    await trim(ann);
    for (const [after, trimmed] of [[0, true], [1, true], [2, false]] as const)
      assert.equal((await ann.call('changes', { after })).trimmed, trimmed, `after ${after}`);
    assert.equal((await tenant().call('changes', { after: 0 })).trimmed, false, 'of an organization that is new');
  });

  test('a long log goes piece by piece, and no commit in parts', async () => {
    const ann = tenant();
    await trim(ann);
    for (let n = 0; n < 8; n++) await ann.commit(Array.from({ length: 300 }, (_, i) => makeTask(`${n}/${i}`)));
    assert.equal(await ann.server.database.trim(0), true);
    assert.equal(await begins(ann), 2_100);
    assert.equal((await ann.entries(2_100))[0]!.operation_index, 0);
    assert.equal(await ann.server.database.trim(0), true);
    assert.equal(await begins(ann), 2_400);
    assert.equal(await ann.server.database.trim(0), false);
  });

  test('trimming stands in nobody\'s way, and nobody in its', async () => {
    const ann = tenant();
    await ann.task();
    let busy = true;
    const trimming = (async () => { while (busy) await trim(ann); })();
    const writers = ['a', 'b', 'c'].map(async (name) => {
      const writer = ann.as(name);
      for (let n = 0; n < 20; n++) assert.equal((await writer.commit([makeTask(`${name}${n}`)])).status, 'confirmed');
    });
    await Promise.all(writers).finally(() => (busy = false));
    await trimming;
    const rows = (await ann.call('load', { full: true })).models.tasks as Answer[];
    assert.equal(rows.length, 61);
    assert.deepEqual(JSON.parse(await ann.server.database.heads([ann.organization])), { [ann.organization]: 61 });
  });

  test('a client that was away for longer than the log is kept gets everything again, and hears why', async () => {
    const { server } = tenant();
    const ann = new Tenant(server, server.organization);
    const hash = (await server.database.schema())!.hash;
    const id = randomUUID();
    const first = await Wire.open(server.url, server.apiKey);
    first.hello(hash);
    const { seq, epoch, reason } = await first.next('loaded');
    assert.equal(reason, undefined);
    first.ws.close();
    await first.closed;

    await ann.task(id);
    await trim(ann);
    await ann.update('tasks', id, { title: 'Latest' });
    const late = await Wire.open(server.url, server.apiKey);
    late.hello(hash, { cursor: seq, epoch });
    assert.equal((await late.next('welcome')).start, 'load');
    const loaded = await late.next('loaded');
    assert.equal(loaded.reason.code, 'cursor_too_old');
    assert.equal(loaded.models.tasks.find((row: Answer) => row.id === id).title, 'Latest');
    const operations = [setTask(id, { title: 'Mine' })];
    late.send({ type: 'commit', key: id, attempt: 1, issuedAt: Date.now(), operations });
    assert.equal((await late.next('receipt')).seq, loaded.seq + 1);
    assert.deepEqual((await late.next('changes')).changes.map((change: Answer) => change.key), [id]);
    late.ws.close();
  });
});

onPostgres((tenant, cluster) => {
  const aged = ({ organization }: Tenant, days: number, entries: string) => cluster().psql(`update ablo.log
    set at = now() - interval '${days} days' where organization = '${organization}' and seq ${entries}`);

  test('only what is old enough goes; a commit is as old as its first entry', async () => {
    const ann = tenant();
    await ann.task('t1');
    await ann.commit([makeTask('t2'), makeTask('t3'), makeTask('t4')]);
    await ann.task('t5');
    await aged(ann, 31, '<= 2');
    await trim(ann, 32);
    assert.equal(await begins(ann), 0);
    await trim(ann, 30);
    assert.equal(await begins(ann), 4);
    assert.deepEqual((await ann.log(4)).map(({ id }) => id), ['t5']);
  });

  test('an entry that looks old behind a young one waits for it', async () => {
    const ann = tenant();
    for (const id of ['t1', 't2', 't3']) await ann.task(id);
    await aged(ann, 31, '<> 2');
    await trim(ann, 30);
    assert.deepEqual((await ann.log(1)).map(({ id }) => id), ['t2', 't3']);
  });

  test('a commit whose receipt is forgotten is refused by name, and not done again', async () => {
    const ann = tenant();
    await ann.task();
    const commit = ann.asked([setTask('t1', { title: 'Once' })]);
    await ann.batch([commit]);
    await ann.update('tasks', 't1', { title: 'Since' });
    const known = `select count(*) from ablo.commit where key = '${commit.key}'`;
    const age = (hours: number) => cluster().psql(`update ablo.commit
      set issued_at = now() - interval '${hours} hours' where key = '${commit.key}'`);

    await age(24.5);
    await ann.server.database.heads([]);
    assert.equal(await cluster().psql(known), '1', 'a duplicate of it may still be on its way');
    await age(25.5);
    await ann.server.database.heads([]);
    assert.equal(await cluster().psql(known), '0');
    const [late] = await ann.batch([{ ...commit, issuedAt: Date.now() - 25.5 * 3_600_000 }]);
    assert.equal(late!.error.code, 'idempotency_key_expired');
    assert.equal((await ann.row('tasks', 't1'))!.title, 'Since');
  });

  test('ended claims are forgotten after a day, and a write under one is refused', async () => {
    const ann = tenant();
    await ann.task();
    const { claim } = await ann.claim('t1');
    await ann.release(claim);
    await cluster().psql(`update ablo.claim set expires_at = now() - interval '25 hours' where id = '${claim.id}'`);
    await ann.server.database.heads([]);
    assert.equal(await cluster().psql(`select count(*) from ablo.claim where id = '${claim.id}'`), '0');
    const claims = [{ id: claim.id, fence: claim.fence }];
    assert.equal((await ann.update('tasks', 't1', { title: 'x' }, { claims })).error.code, 'claim_lost');
  });

  test('the role of the calls can delete nothing of the log or of what was answered', async () => {
    for (const sql of ['delete from ablo.log', 'delete from ablo.commit', `truncate ablo.log`])
      await assert.rejects(cluster().psql(`set role ablo_app; ${sql}`), /permission denied/);
  });

  test('what psql writes is the next entry of a log that was trimmed', async () => {
    const ann = tenant();
    await ann.task();
    await trim(ann);
    await cluster().psql(`update tasks set title = 'by hand' where organization_id = '${ann.organization}'`);
    const [entry] = await ann.entries(1);
    const { seq, op, fields, before } = entry!;
    assert.deepEqual([seq, op, fields, before], [2, 'update', ['title'], { title: 'Write' }]);
  });
});
