// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { afterEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until';
import { dropTask, onEachDatabase, onPostgres } from './support/databases';
import { Sessions } from './support/sessions';

const held = { status: 'active', position: undefined };

onEachDatabase((tenant) => {
  test('a claimed row is closed to others and open to its holder', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const { claim } = await bot.claim('t1', { description: 'writing', meta: { step: null } });
    assert.equal(claim.status, 'active');
    assert.deepEqual([claim.model, claim.row, claim.actor, claim.meta], ['tasks', 't1', bot.actor, { step: null }]);

    const refused = await ann.update('tasks', 't1', { title: 'x' });
    assert.equal(refused.error.code, 'entity_claimed');
    assert.deepEqual(refused.error.claims.map(({ id }: { id: string }) => id), [claim.id]);
    const { id, fence } = claim;
    const own = await bot.update('tasks', 't1', { title: 'x' }, { claims: [{ id, fence }], readAt: claim.readAt });
    assert.equal(own.status, 'confirmed');

    await bot.release(claim);
    assert.equal((await ann.update('tasks', 't1', { title: 'y' })).status, 'confirmed');
  });

  test('where the schema says so people write over what an agent holds, other agents do not, and its holder is told', async () => {
    const ann = tenant();
    await ann.create('notes', 'n1', { text: 'x' });
    const [holder, other] = [ann.as('holder'), ann.as('other')];
    const { claim } = await holder.claim('n1', { model: 'notes' });
    assert.equal((await other.update('notes', 'n1', { text: 'theirs' })).error.code, 'entity_claimed');
    assert.equal((await ann.update('notes', 'n1', { text: 'hers' })).status, 'confirmed');
    const { id, fence, readAt } = claim;
    const late = await holder.update('notes', 'n1', { text: 'mine' }, { claims: [{ id, fence }], readAt });
    assert.equal(late.error.code, 'stale_context');
  });

  test('who waits gets the row in the order of asking, and every step is in the log', async () => {
    const ann = tenant();
    await ann.task();
    const [first, second, third] = [ann.as('one'), ann.as('two'), ann.as('three')];
    const one = (await first.claim('t1')).claim;
    const two = (await second.claim('t1')).claim;
    const three = (await third.claim('t1')).claim;
    assert.deepEqual([two.status, two.position, three.status, three.position], ['queued', 1, 'queued', 2]);

    await first.release(one);
    const granted = (await second.claim('t1', { claim: two.id })).claim;
    assert.deepEqual({ status: granted.status, position: granted.position }, held);
    assert.ok(granted.fence > one.fence);
    await second.release(granted);
    assert.equal((await third.claim('t1', { claim: three.id })).claim.status, 'active');

    const steps = (await ann.log(1)).map(({ kind, op, after }) => [kind, op, after.actor.id, after.position]);
    assert.deepEqual(steps, [
      ['claim', 'grant', 'one', undefined], ['claim', 'queue', 'two', 1], ['claim', 'queue', 'three', 2],
      ['claim', 'release', 'one', undefined], ['claim', 'grant', 'two', undefined], ['claim', 'move', 'three', 1],
      ['claim', 'release', 'two', undefined], ['claim', 'grant', 'three', undefined],
    ]);
  });

  test('a claim nobody renews is over, and the next in line has the row', async () => {
    const ann = tenant();
    await ann.task();
    const [bot, next] = [ann.as('bot'), ann.as('next')];
    const { claim } = await bot.claim('t1', { ttl: 100 });
    const waiting = (await next.claim('t1')).claim;
    await until('the next in line holds the row', async () => {
      await ann.server.database.heads([ann.organization]);
      return (await ann.claims()).some(({ id, status }) => id === waiting.id && status === 'active');
    });
    const { id, fence } = claim;
    const late = await bot.update('tasks', 't1', { title: 'late' }, { claims: [{ id, fence }] });
    assert.equal(late.error.code, 'claim_lost');
    assert.equal((await bot.claim('t1', { claim: id })).claim.status, 'expired');
  });

  test('an expired claim lets others write even before anybody has swept it away', async () => {
    const ann = tenant();
    await ann.task();
    await ann.as('bot').claim('t1', { ttl: 100 });
    await pause(150);
    assert.equal((await ann.update('tasks', 't1', { title: 'free' })).status, 'confirmed');
    assert.deepEqual((await ann.log(2)).map(({ op }) => op), ['expire', 'update'], 'it is over for everybody who reads the log');
  });

  test('an expired claim lets nobody write over whoever is next', async () => {
    const ann = tenant();
    await ann.task();
    const { claim: { id, fence } } = await ann.as('bot').claim('t1', { ttl: 100 });
    const next = (await ann.as('next').claim('t1')).claim;
    await pause(150);
    const claims = [{ id, fence }];
    assert.equal((await ann.as('bot').update('tasks', 't1', { title: 'late' }, { claims })).error.code, 'claim_lost');
    assert.equal((await ann.update('tasks', 't1', { title: 'not free' })).error.code, 'entity_claimed');
    assert.deepEqual((await ann.claims()).map(({ id, status }) => [id, status]), [[next.id, 'active']]);
  });

  test('a claim lasts longer when its holder renews it, and only then', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const { claim } = await bot.claim('t1');
    const renew = async (actor: object) => (await ann.call('renew', { claims: [claim.id], actor })).renewed;
    const expiresAt = async () => (await bot.claim('t1', { claim: claim.id })).claim.expiresAt;
    await pause(5);
    assert.deepEqual(await renew(ann.actor), []);
    assert.equal(await expiresAt(), claim.expiresAt);
    assert.deepEqual(await renew(bot.actor), [claim.id]);
    assert.ok((await expiresAt()) > claim.expiresAt);
    assert.equal((await ann.log(2)).length, 0, 'heartbeats are not logged');
  });

  test('a fence of an earlier grant is worth nothing', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const { claim } = await bot.claim('t1');
    const { id, fence } = claim;
    const earlier = await bot.update('tasks', 't1', { title: 'x' }, { claims: [{ id, fence: fence - 1 }] });
    assert.equal(earlier.error.code, 'claim_lost');
    const stolen = await ann.as('thief').update('tasks', 't1', { title: 'x' }, { claims: [{ id, fence }] });
    assert.equal(stolen.error.code, 'claim_lost');
  });

  test('claims of different fields stand side by side, the whole row waits for both', async () => {
    const ann = tenant();
    await ann.task();
    const [a, b, c] = [ann.as('a'), ann.as('b'), ann.as('c')];
    assert.equal((await a.claim('t1', { fields: ['title'] })).claim.status, 'active');
    assert.equal((await b.claim('t1', { fields: ['status'] })).claim.status, 'active');
    assert.equal((await c.claim('t1')).claim.status, 'queued');
    assert.equal((await ann.update('tasks', 't1', { count: 1 })).status, 'confirmed');
    assert.equal((await ann.update('tasks', 't1', { title: 'x' })).error.code, 'entity_claimed');
    assert.equal((await ann.commit([dropTask('t1')])).error.code, 'entity_claimed');
    const last = await ann.as('d').claim('t1', { fields: ['count'] });
    assert.equal(last.claim.status, 'queued', 'not past the one who waits for the whole row');
  });

  test('sets of fields stand side by side as long as none is in both', async () => {
    const ann = tenant();
    await ann.task();
    const [a, b, c] = [ann.as('a'), ann.as('b'), ann.as('c')];
    const both = (await a.claim('t1', { fields: ['title', 'status'] })).claim;
    assert.deepEqual([both.status, both.fields], ['active', ['title', 'status']]);
    assert.equal((await b.claim('t1', { fields: ['status', 'count'] })).claim.status, 'queued');
    assert.equal((await c.claim('t1', { fields: ['count'] })).claim.status, 'queued', 'not past an older one that wants it');
    assert.equal((await ann.update('tasks', 't1', { status: 'done' })).error.code, 'entity_claimed');
    assert.equal((await ann.update('tasks', 't1', { count: 1 })).status, 'confirmed');
    await a.release(both);
    assert.deepEqual((await ann.claims()).map(({ actor, status }) => [actor.id, status]), [['b', 'active'], ['c', 'queued']]);
  });

  test('its holder puts the line in another order, and each step is in the log', async () => {
    const ann = tenant();
    await ann.task();
    const bots = ['one', 'two', 'three', 'four'].map((id) => ann.as(id));
    const claims = [];
    for (const bot of bots) claims.push((await bot.claim('t1')).claim);
    const before = await ann.call('changes', { after: 0 });
    const line = async () => (await ann.claims()).filter(({ status }) => status === 'queued').map(({ actor, position }) => `${actor.id} ${position}`);
    const reorder = (who: typeof ann, order: object[], more = {}) =>
      who.call('reorder', { model: 'tasks', id: 't1', order: order.map((claim) => (claim as { id: string }).id), actor: who.actor, ...more });

    const refused = await reorder(bots[1]!, [claims[3]!]);
    assert.equal(refused.error.code, 'permission_denied', 'who waits has no say in it');
    const unknown = await reorder(bots[0]!, [claims[3]!, { id: 'unknown' }]);
    assert.equal(unknown.error.code, 'claim_not_found');
    assert.deepEqual(await line(), ['two 1', 'three 2', 'four 3']);
    await reorder(bots[0]!, [claims[3]!, claims[0]!, claims[3]!]);
    assert.deepEqual(await line(), ['four 1', 'two 2', 'three 3'], 'who is not named stays behind, as before; the holder keeps it');
    await reorder(ann, [claims[2]!, claims[1]!], { trusted: true });
    assert.deepEqual(await line(), ['three 1', 'two 2', 'four 3']);
    const steps = (await ann.log(before.head)).map(({ op, after }) => `${op} ${after.actor.id} ${after.position}`);
    assert.deepEqual(steps, [
      'move four 1', 'move two 2', 'move three 3', 'move three 1', 'move four 3',
    ]);

    await bots[0]!.release(claims[0]);
    assert.deepEqual((await ann.claims()).find(({ status }) => status === 'active')!.actor.id, 'three');
  });

  test('who holds a part of a row has no say in who waits for another', async () => {
    const ann = tenant();
    await ann.task();
    const claim = async (name: string, fields?: string[]) => (await ann.as(name).claim('t1', { fields })).claim;
    await claim('title holder', ['title']);
    const notes = await claim('count holder', ['count']);
    const [one, two, both] = [await claim('one', ['title']), await claim('two', ['title']), await claim('both', ['title', 'count'])];
    const reorder = (...order: { id: string }[]) =>
      ann.call('reorder', { model: 'tasks', id: 't1', order: order.map(({ id }) => id), actor: notes.actor });
    const line = async () => (await ann.claims()).filter(({ status }) => status === 'queued').map(({ actor }) => actor.id);
    for (const order of [[two], [both]]) assert.equal((await reorder(...order)).error?.code, 'permission_denied');
    assert.deepEqual(await line(), ['one', 'two', 'both']);
    assert.equal((await reorder(one)).error, undefined, 'nobody moves');
    const [three, four] = [await claim('three', ['count']), await claim('four', ['count'])];
    assert.equal((await reorder(four, three, both)).error?.code, 'permission_denied', 'both would come after those it was before');
    await ann.as('both').release(both);
    assert.equal((await reorder(four)).error, undefined, 'who waits for the title keeps the place');
    assert.deepEqual(await line(), ['four', 'one', 'two', 'three']);
  });

  test('rows that are deleted together end their lines in the order in which heartbeats lock them', async () => {
    const ann = tenant();
    await ann.task('t1');
    await ann.task('t2');
    const bot = ann.as('bot');
    const claims = [(await bot.claim('t1')).claim, (await bot.claim('t2')).claim];
    const held = claims.map(({ id, fence }) => ({ id, fence }));
    const gone = await bot.batch([bot.asked([dropTask('t2'), dropTask('t1')], { claims: held })]);
    assert.equal(gone[0]!.status, 'confirmed');
    const ends = (await ann.log(4)).filter(({ kind }) => kind === 'claim').map(({ op, id }) => `${op} ${id}`);
    assert.deepEqual(ends, ['cancel t1', 'cancel t2']);
  });

  test('the holder may claim its row again, past those who wait', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const first = (await bot.claim('t1')).claim;
    await ann.claim('t1');
    const second = (await bot.claim('t1', { fields: ['title'] })).claim;
    assert.equal(second.status, 'active');
    await bot.release(first);
    assert.equal((await ann.update('tasks', 't1', { title: 'x' })).error.code, 'entity_claimed');
  });

  test('who does not want to wait is told who holds the row; a line has an end', async () => {
    const ann = tenant();
    await ann.task();
    const { claim } = await ann.as('bot').claim('t1');
    const refused = await ann.claim('t1', { wait: false });
    assert.equal(refused.error.code, 'entity_claimed');
    assert.deepEqual(refused.error.claims.map(({ id }: { id: string }) => id), [claim.id]);
    assert.equal((await ann.claim('t1', { maxQueueDepth: 1 })).claim.position, 1);
    assert.equal((await ann.as('third').claim('t1', { maxQueueDepth: 1 })).error.code, 'queue_too_deep');
  });

  test('there is no claim on a row that does not exist, and none is left of a row that was deleted', async () => {
    const ann = tenant();
    assert.equal((await ann.claim('t1')).error.code, 'entity_not_found');
    await ann.task();
    const bot = ann.as('bot');
    const { claim } = await bot.claim('t1');
    const waiting = (await ann.claim('t1')).claim;
    await bot.commit([dropTask('t1')]);
    assert.deepEqual(await ann.claims(), []);
    assert.deepEqual((await ann.log()).slice(-3).map(({ kind, op, after }) => [kind, op, after?.id]), [
      ['row', 'delete', undefined], ['claim', 'cancel', claim.id], ['claim', 'cancel', waiting.id],
    ]);
  });

  test('giving back what is not held is an error by name, and changes nothing', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const { claim } = await bot.claim('t1');
    const code = async (who: typeof ann, given: object) => (await who.release(given)).error?.code;
    assert.equal(await code(ann, claim), 'claim_not_found', 'somebody else has it');
    assert.equal(await code(ann, { id: randomUUID() }), 'claim_not_found');
    assert.equal((await ann.log(2)).length, 0);
    const mine = (await ann.claim('t1')).claim;
    assert.equal((await ann.release(mine)).claim.status, 'canceled');
    assert.equal(await code(ann, mine), 'claim_not_found', 'it was given back already');
    const short = (await ann.claim('t1', { ttl: 100 })).claim;
    await pause(120);
    assert.equal(await code(ann, short), 'claim_lost', 'nobody renewed it');
    assert.deepEqual((await ann.claims()).map(({ id }) => id), [claim.id]);
  });

  test('all that one has on a row is given back together', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    await bot.claim('t1', { fields: ['title'] });
    await bot.claim('t1', { fields: ['count'] });
    await ann.claim('t1');
    const answer = await bot.call('release', { model: 'tasks', id: 't1', actor: bot.actor });
    assert.equal(answer.claim.status, 'released');
    assert.deepEqual((await ann.claims()).map(({ actor, status }) => [actor.id, status]), [['ann', 'active']]);
    assert.equal((await bot.call('release', { model: 'tasks', id: 't1', actor: bot.actor })).error.code, 'claim_not_found');
  });

  test('a claim of one id is on one row', async () => {
    const ann = tenant();
    await ann.task();
    await ann.task('t2');
    const { claim } = await ann.claim('t1');
    assert.equal((await ann.claim('t2', { claim: claim.id })).error.code, 'idempotency_conflict');
  });
});

onPostgres((tenant, cluster) => {
  const ours = new Sessions(() => cluster().url);
  afterEach(() => ours.close());

  test('a claim that is being renewed when its time comes is not over: who writes waits for that', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const { claim: { id, fence } } = await bot.claim('t1', { ttl: 300 });
    const renewal = await ours.begin(`select ablo.renew('${ann.organization}', '${JSON.stringify({
      claims: [id], actor: bot.actor, ttl: 60_000 })}')`);
    await pause(350);
    const over = ann.update('tasks', 't1', { title: 'over it' });
    await ours.waiting(1);
    await renewal.query('commit');
    assert.equal((await over).error.code, 'entity_claimed');
    assert.equal((await bot.update('tasks', 't1', { title: 'under it' }, { claims: [{ id, fence }] })).status, 'confirmed');
    assert.deepEqual((await ann.log(2)).map(({ op }) => op), ['update']);
  });

  test("a claim ends by the database's clock", async () => {
    const ann = tenant();
    await ann.task();
    const { claim } = await ann.as('bot').claim('t1');
    await cluster().psql(`update ablo.claim set expires_at = clock_timestamp() where id = '${claim.id}'`);
    assert.equal((await ann.claim('t1', { wait: false })).claim.status, 'active');
    const steps = (await ann.log(2)).map(({ op, after }) => [op, after.actor.id]);
    assert.deepEqual(steps, [['expire', 'bot'], ['grant', 'ann']]);
  });

  test('a heartbeat of a row keeps what stands of it, though another part of it is over', async () => {
    const ann = tenant();
    await ann.task();
    const bot = ann.as('bot');
    const [over, kept] = [(await bot.claim('t1', { fields: ['title'] })).claim, (await bot.claim('t1', { fields: ['count'] })).claim];
    await cluster().psql(`update ablo.claim set expires_at = clock_timestamp() where id = '${over.id}'`);
    const beat = () => ann.call('heartbeat', { model: 'tasks', id: 't1', actor: bot.actor });
    assert.equal((await beat()).claims[0].id, kept.id);
    await bot.release(kept);
    assert.equal((await beat()).error?.code, 'claim_not_found', 'nothing of it is left');
  });

  test('of many who ask at once one holds the row, and all get it, one after the other', async () => {
    const ann = tenant();
    await ann.task();
    const many = Array.from({ length: 8 }, (_, i) => ann.as(`bot-${i}`));
    const answers = await Promise.all(many.map((bot) => bot.claim('t1')));
    const holders: string[] = [];
    for (let turn = 0; turn < many.length; turn++) {
      const [holder, ...others] = (await ann.claims()).filter(({ status }) => status === 'active');
      assert.deepEqual(others, []);
      holders.push(holder!.id);
      await many.find(({ actor }) => actor.id === holder!.actor.id)!.release(holder!);
    }
    assert.deepEqual(new Set(holders), new Set(answers.map(({ claim }) => claim.id)));
    const queued = (await ann.log()).filter(({ op }) => op === 'queue').map(({ after }) => after.id);
    assert.deepEqual(holders.slice(1), queued);
  });
});
