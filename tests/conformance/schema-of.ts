// SPDX-License-Identifier: MIT
import { defineSchema, model, z } from '@abloatai/ablo/schema';
import type { Json } from './case';

/** A schema as people write it, from its document. */
export function schemaOf(document: Json) {
  const types: Record<string, (field: Json) => any> = {
    string: () => z.string(),
    number: () => z.number(),
    boolean: () => z.boolean(),
    date: () => z.date(),
    enum: ({ enumValues }) => z.enum(enumValues),
    json: () => z.json(),
  };
  const shapeOf = (fields: Record<string, Json>): Record<string, any> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => {
        const type = types[field.type]!(field);
        return [name, field.isOptional ? type.optional() : type];
      }),
    );
  const models = Object.entries<Json>(document.models);
  return defineSchema(
    Object.fromEntries(
      models.map(([key, { fields, mutable = true }]) => [key, model(shapeOf(fields), mutable ? {} : { mutable })]),
    ),
  );
}
