// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbloValidationError } from '@abloatai/ablo';
import { defineSchema, field, model, relation, z } from '@abloatai/ablo/schema';

const fieldsOf = (shape: Parameters<typeof model>[0]) =>
  defineSchema({ rows: model(shape) }).document.models['rows']!.fields;
const plain = { isOptional: false, isIndexed: false };

function refuses(define: () => unknown, code: string, message: RegExp): void {
  assert.throws(define, (thrown) => {
    assert.ok(thrown instanceof AbloValidationError);
    assert.equal(thrown.code, code);
    assert.match(thrown.message, message);
    return true;
  });
}

test('the schema of the guide becomes a document, with the base fields it declares itself', () => {
  const schema = defineSchema({
    tasks: model({
      id: z.string(),
      title: z.string(),
      status: z.enum(['todo', 'doing', 'done']),
      updatedAt: z.string(),
    }),
  });
  assert.deepEqual(schema.document, {
    v: 3,
    models: {
      tasks: {
        fields: {
          id: { type: 'string', ...plain },
          title: { type: 'string', ...plain },
          status: { type: 'enum', ...plain, enumValues: ['todo', 'doing', 'done'] },
          updatedAt: { type: 'string', ...plain },
        },
      },
    },
  });
});

test('every kind of zod type has its column', () => {
  const kinds = Object.entries(
    fieldsOf({
      text: z.string().min(1),
      email: z.email(),
      count: z.int(),
      price: z.number().positive(),
      big: z.coerce.number(),
      done: z.boolean(),
      due: z.date(),
      state: z.literal('open'),
      side: z.union([z.literal('left'), z.literal('right')]),
      level: z.literal([1, 2, 3]),
      tags: z.array(z.string()),
      place: z.object({ x: z.number() }),
      either: z.union([z.string(), z.number()]),
      anything: z.unknown(),
      later: z.lazy(() => z.string()),
    }),
  ).map(([name, { type }]) => [name, type]);
  assert.deepEqual(Object.fromEntries(kinds), {
    text: 'string',
    email: 'string',
    count: 'number',
    price: 'number',
    big: 'number',
    done: 'boolean',
    due: 'date',
    state: 'enum',
    side: 'enum',
    level: 'number',
    tags: 'json',
    place: 'json',
    either: 'json',
    anything: 'json',
    later: 'string',
  });
});

test('optional, nullable and default are told apart', () => {
  const { document, columns } = defineSchema({
    rows: model({
      may: z.string().optional(),
      none: z.string().nullable(),
      both: z.string().nullish(),
      given: z.string().default('x'),
      now: z.number().default(() => 7),
    }),
  });
  const { may, none, both, given } = document.models['rows']!.fields;
  assert.deepEqual(may, { type: 'string', isOptional: true, isIndexed: false });
  assert.deepEqual(none, { type: 'string', isOptional: true, isIndexed: false });
  assert.deepEqual(both, { type: 'string', isOptional: true, isIndexed: false });
  assert.deepEqual(given, { type: 'string', ...plain, hasDefault: true });
  assert.equal(columns['rows']!['may']!.nullable, false);
  assert.equal(columns['rows']!['none']!.nullable, true);
  assert.equal(columns['rows']!['given']!.initial?.(), 'x');
  assert.equal(columns['rows']!['now']!.initial?.(), 7);
});

test('field.* says what zod cannot, and it survives checks and wrappers', () => {
  const fields = fieldsOf({
    slug: field.string().indexed().from('url_slug'),
    code: field.string().indexed().min(3).optional(),
    place: field.json({ x: z.number() }),
    anything: field.json(),
    state: field.enum(['open', 'closed']),
  });
  assert.deepEqual(fields['slug'], { type: 'string', isOptional: false, isIndexed: true, column: 'url_slug' });
  assert.deepEqual(fields['code'], { type: 'string', isOptional: true, isIndexed: true });
  assert.equal(fields['place']!.type, 'json');
  assert.equal(fields['anything']!.type, 'json');
  assert.deepEqual(fields['state']!.enumValues, ['open', 'closed']);
  refuses(() => field.string().from('drop table'), 'invalid_schema', /no name for a column/);
});

test('relations and options may be given one after the other or together', () => {
  const owner = { owner: relation.belongsTo('people', 'ownerId', { parent: true }) };
  const people = model(z.object({ name: z.string() }));
  const apart = defineSchema({
    people,
    tasks: model({ ownerId: z.string() }, owner, { tableName: 'todo', mutable: false }),
  });
  const together = defineSchema({
    people,
    tasks: model({ ownerId: z.string() }, { relations: owner, tableName: 'todo', mutable: false }),
  });
  assert.deepEqual(apart.document, together.document);
  assert.deepEqual(apart.document.models['tasks'], {
    tableName: 'todo',
    mutable: false,
    relations: { owner: { type: 'belongsTo', target: 'people', foreignKey: 'ownerId', options: { parent: true } } },
    fields: { ownerId: { type: 'string', ...plain } },
  });
});

test('what a column cannot hold is refused where it is written down', () => {
  refuses(
    () => fieldsOf({ size: z.string().transform((text) => text.length) } as never),
    'invalid_schema',
    /rows\.size.*'pipe'|rows\.size.*'transform'/,
  );
  refuses(() => fieldsOf({ old: { _def: { typeName: 'ZodString' } } } as never), 'invalid_schema', /zod 3/);
  refuses(() => fieldsOf({ user_id: z.string() }), 'invalid_schema', /schema_field_not_camelcase/);
  refuses(() => fieldsOf({ userID: z.string() }), 'invalid_schema', /schema_field_not_camelcase/);
  refuses(() => fieldsOf({ updatedAt: z.number() }), 'invalid_schema', /schema_reserved_field/);
  assert.ok(fieldsOf({ constructor: z.string() }).constructor, 'what every object has is no base field');
  refuses(
    () => defineSchema({ tasks: model({}, { to: relation.hasMany('nobody', 'taskId') }) }),
    'invalid_schema',
    /'nobody'/,
  );
  refuses(
    () => model({}, { tabelName: 'x' } as never, { tableName: 'y', tabelName: 'x' } as never),
    'invalid_schema',
    /'tabelName'/,
  );
});
