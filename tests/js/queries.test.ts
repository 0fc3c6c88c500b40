// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryText } from '../../js/src/model/query';

const where = (given: unknown) =>
  (JSON.parse(queryText('tasks', { where: given as never })) as { where: unknown }).where;

test('an object says what fields are', () => {
  assert.deepEqual(where({ status: 'todo' }), [['status', '=', 'todo']]);
  assert.deepEqual(where({ status: 'todo', done: false }), [
    ['status', '=', 'todo'],
    ['done', '=', false],
  ]);
  assert.deepEqual(where({ due: null }), [['due', 'IS', null]]);
  assert.deepEqual(where({ status: ['todo', 'doing'] }), [['status', 'IN', ['todo', 'doing']]]);
  assert.deepEqual(where({ due: new Date(0) }), [['due', '=', '1970-01-01T00:00:00.000Z']]);
  assert.deepEqual(where({}), []);
});

test('conditions pass as they are', () => {
  const conditions = [
    ['price', '>=', 3],
    ['title', 'LIKE', 'a%'],
  ];
  assert.deepEqual(where(conditions), conditions);
  assert.equal(where(undefined), undefined);
});

test('an undefined value is refused, for without it everything would match', () => {
  assert.throws(() => where({ id: undefined }), { code: 'query_invalid', param: 'where.id' });
});

test('orders may be an object or pairs, and scope is another name for state', () => {
  const query = JSON.parse(
    queryText('tasks', { orderBy: { title: 'asc', due: 'desc' }, scope: 'all', limit: 3 }),
  ) as object;
  assert.deepEqual(query, {
    model: 'tasks',
    orderBy: [
      ['title', 'asc'],
      ['due', 'desc'],
    ],
    limit: 3,
    state: 'all',
  });
  assert.equal(
    queryText('tasks', { orderBy: [['title', 'asc']] as never }),
    queryText('tasks', { orderBy: { title: 'asc' } as never }),
  );
});

test('values that JSON would turn into null are refused by name', () => {
  for (const value of [NaN, Infinity, new Date(NaN), 1n, () => 1]) {
    assert.throws(() => where({ price: value }), { code: 'wrong_type', name: 'AbloValidationError' }, String(value));
  }
});
