// SPDX-License-Identifier: MIT
//
// A credential that was revoked between connecting and committing: the transaction itself knows, so there is no moment
// in which a socket that is still open can write.
import { createSecretKey } from '@abloatai/ablo/server';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onEachDatabase, setTask } from './support/databases';
import { Wire } from './support/wire';

onEachDatabase((tenant) => {
  test('a commit by a revoked credential decides nothing, and another credential can send it again', async () => {
    const ann = tenant();
    await ann.task();
    const { organization, server: { database } } = ann;
    const [old, next] = [await createSecretKey(database, { organization }), await createSecretKey(database, { organization })];
    const commit = ann.asked([setTask('t1', { title: 'One' })], { credential: old.id });
    const later = ann.asked([setTask('t2', { title: 'Two' })], { credential: next.id });
    await database.revokeCredential(old.id);

    const receipts = await ann.batch([commit, later, ann.as('bot').asked([setTask('t3', {})])]);
    assert.deepEqual(receipts.map(({ status }) => status), ['revoked', 'behind', 'rejected']);
    assert.equal((await ann.row('tasks', 't1'))!.title, 'Write');
    const [again] = await ann.batch([{ ...commit, credential: next.id }]);
    assert.equal(again!.status, 'confirmed');
    assert.deepEqual(await ann.batch([commit]), [again], 'what is decided is answered, whoever asks');
  });

  test('a socket whose key was revoked cannot write for a moment longer, and hears why', async () => {
    const { server } = tenant();
    const key = await createSecretKey(server.database, { organization: server.organization });
    const wire = await Wire.open(server.url, key.token);
    wire.hello((await server.database.schema())!.hash);
    await wire.next('loaded');
    await server.database.revokeCredential(key.id);
    const operation = { op: 'create', model: 'notes', id: key.id, data: { text: 'too late' } };
    wire.send({ type: 'commit', key: 'k', attempt: 1, issuedAt: Date.now(), operations: [operation] });
    assert.equal((await wire.next('error')).error.code, 'apikey_revoked');
    assert.equal((await wire.closed).code, 4001);
    assert.ok(!wire.frames.some(({ type }) => type === 'receipt'), 'it is not decided');
    const { models } = JSON.parse(await server.database.call('load', server.organization, '{"full": true}'));
    assert.ok(!models.notes.some(({ id }: { id: string }) => id === key.id));
  });
});
