// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AbloAuthenticationError,
  AbloBusyError,
  AbloClaimedError,
  AbloConflictError,
  AbloError,
  AbloRateLimitError,
  AbloServerError,
  AbloStaleContextError,
  errorCodes,
} from '../../js/src/errors/index';
import { abloError, fromWire } from '../../js/src/errors/errors';

test('every code of the list has a class of its family, and its own sentence if the server does not say it', () => {
  for (const [code, { kind, status, ...rest }] of Object.entries(errorCodes)) {
    const sentence = 'sentence' in rest ? ` ${rest.sentence}` : '';
    const error = abloError(code as keyof typeof errorCodes, 'What was wrong.');
    assert.ok(error instanceof AbloError);
    assert.equal(error.name, `Ablo${kind}Error`);
    assert.equal(error.message, `What was wrong.${sentence}`);
    assert.match(error.stack!, new RegExp(`^${error.name}: What was wrong`));
    assert.equal(error.httpStatus, status ?? undefined);
  }
});

test('a stale write says what it was based on and what changed', () => {
  const conflicts = [{ model: 'tasks', id: 't1', fields: ['status'], seq: 9 }];
  const error = fromWire({ error: { code: 'stale_context', message: 'The row changed.', readAt: 7, conflicts } });
  assert.ok(error instanceof AbloStaleContextError);
  assert.equal(error.readAt, 7);
  assert.deepEqual(error.conflicts, conflicts);
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    type: 'AbloStaleContextError',
    code: 'stale_context',
    message: 'The row changed.',
    readAt: 7,
    conflicts,
  });
});

test('a refused write says who holds the row', () => {
  const claim = {
    id: 'c1',
    model: 'tasks',
    row: 't1',
    status: 'active',
    actor: { kind: 'agent', id: 'writer' },
    action: 'drafting',
    expiresAt: 60_000,
  };
  const error = fromWire({ code: 'entity_claimed', message: 'Held.', claims: [claim] }, 409);
  assert.ok(error instanceof AbloClaimedError);
  assert.equal(AbloBusyError, AbloClaimedError);
  assert.equal(error.claims, error.intents);
  assert.deepEqual(error.claims, [
    {
      object: 'intent',
      id: 'c1',
      status: 'active',
      target: { model: 'tasks', type: 'tasks', id: 't1' },
      action: 'drafting',
      heldBy: 'writer',
      participantKind: 'agent',
      expiresAt: new Date(60_000),
    },
  ]);
});

test('a code that is newer than this client keeps its code and gets a class by status', () => {
  const of = (status: number | undefined) => fromWire({ code: 'brand_new', message: 'New.' }, status);
  assert.ok(of(401) instanceof AbloAuthenticationError);
  assert.ok(of(409) instanceof AbloConflictError);
  assert.ok(of(429) instanceof AbloRateLimitError);
  assert.ok(of(502) instanceof AbloServerError);
  assert.equal(of(undefined).constructor, AbloError);
  assert.equal(of(401).code, 'brand_new');
});

test('an answer that is no error at all still becomes one', () => {
  for (const nothing of [undefined, null, 'oops', 7, [], { code: 7 }, { error: null }, { code: 'constructor' }]) {
    const error = fromWire(nothing, 500);
    assert.ok(error instanceof AbloError);
    assert.ok(error.message.length > 0);
  }
});

test('a message of the core that leaves its sentence to JavaScript is whole when a person reads it', () => {
  const { sentence } = errorCodes.unknown_field;
  const message = (text: string) => fromWire({ error: { code: 'unknown_field', message: text } }).message;
  assert.equal(message("tasks has no field 'titel'. …"), `tasks has no field 'titel'. ${sentence}`);
  assert.equal(message('…'), sentence);
  assert.equal(message("tasks has no field 'a…'."), "tasks has no field 'a…'.");
});
