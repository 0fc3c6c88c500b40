// SPDX-License-Identifier: MIT
//
// Row objects that nobody has any more are given back, and those that somebody has stay what they are.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Ablo from '@abloatai/ablo';
import { defineSchema, model, z } from '@abloatai/ablo/schema';

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
