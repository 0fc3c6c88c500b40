// SPDX-License-Identifier: MIT
//
// Row objects that nobody has any more are given back, and those that somebody has stay what they are. They show whatever
// a database can hold.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import { ScriptedLine, turn } from '../support/scripted-socket';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const schema = defineSchema({ tasks: model({ id: z.string(), title: z.string() }) });
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
// Nothing listens on port 9.
const offline = () => Ablo({ schema, baseURL: 'http://127.0.0.1:9', defaultWait: 'queued', logger: quiet });

/** Long enough that whatever nobody used meanwhile is let go of. */
async function muchLater() {
  for (let i = 0; i < 4; i++) {
    mock.timers.tick(5_000);
    await new Promise((resolve) => setImmediate(resolve)); // what was looked at in this turn is kept until it ends
    collectGarbage();
  }
}

test('rows nobody has are given back; a row somebody has is the same object after any time', async () => {
  mock.timers.enable({ apis: ['setInterval', 'Date'] });
  try {
    const ablo = offline();
    for (const id of ['kept', 'listed', 'dropped', 'changed']) await ablo.tasks.create({ id, title: id });
    const kept = ablo.tasks.get('kept')!;
    const changed = ablo.tasks.get('changed')!;
    const stop = ablo.tasks.onChange(() => {}, { where: { title: 'listed' } });
    const listed = new WeakRef(ablo.tasks.get('listed')!);
    const dropped = new WeakRef(ablo.tasks.get('dropped')!);
    await muchLater();

    assert.equal(dropped.deref(), undefined);
    assert.equal(ablo.tasks.get('kept'), kept);
    assert.ok(listed.deref());
    assert.equal(ablo.tasks.get('listed'), listed.deref());
    assert.equal(ablo.tasks.get('dropped')?.title, 'dropped');
    ablo.tasks.update('changed', { title: 'other' });
    assert.equal(ablo.tasks.get('changed')?.title, 'other');
    assert.equal(changed.title, 'changed');

    stop();
    await muchLater();
    assert.equal(listed.deref(), undefined);
    assert.equal(ablo.tasks.get('kept'), kept);
    await ablo.dispose();
  } finally {
    mock.timers.reset();
  }
});

test('a number or a date that JSON has no word for is itself; a date without an ISO text shows none', async () => {
  const line = new ScriptedLine();
  const schema = defineSchema({ tasks: model({ price: z.number(), due: z.date(), createdAt: z.string() }) });
  const options = { schema, apiKey: null, baseURL: 'http://127.0.0.1:9', logger: quiet } as const;
  const ablo = Ablo({ ...options, bootstrap: 'full', WebSocket: line.WebSocket });
  void ablo.ready();
  await line.called();
  line.open();
  const actor = { kind: 'user', id: 'ada' };
  line.say({ type: 'welcome', organization: 'acme', actor, epoch: 'e', seq: 1, start: 'load' });
  const tasks = [
    { id: 'a', price: 'NaN', due: Date.UTC(-43, 2, 15), createdAt: 'Infinity' },
    { id: 'b', price: '-Infinity', due: '-Infinity', createdAt: 253_402_300_800_000 },
  ];
  line.say({ type: 'loaded', seq: 1, epoch: 'e', models: { tasks }, claims: [] });
  await turn();

  const [a, b] = ablo.tasks.getAll();
  assert.deepEqual([a!.price, b!.price], [NaN, -Infinity]);
  assert.deepEqual([a!.due.getUTCFullYear(), b!.due.getTime()], [-43, NaN]);
  assert.deepEqual([a!.createdAt, b!.createdAt], [null, '+010000-01-01T00:00:00.000Z']);
  await assert.rejects(ablo.tasks.update('a', { price: a!.price }), { code: 'wrong_type', param: 'price' });
  await ablo.dispose();
});
