// SPDX-License-Identifier: MIT
//
// defineSchema(): from models to the document that the core, the server and the database build on, and to what the
// client itself needs of each field. The core checks the document; here is checked only what would read badly from
// there.
import { abloError } from '../errors/errors';
import { baseFields } from './base-fields';
import { column, type Column, type DocumentField } from './column';
import type { ModelDefinition, ModelOptions } from './model';
import type { Relation } from './relation';

export type { ModelDefinition };

export interface DocumentModel extends Omit<ModelOptions, 'relations'> {
  fields: Record<string, DocumentField>;
  relations?: Record<string, Relation>;
}

/** The schema as it travels. See docs/internals/schema-document.md. */
export interface SchemaDocument {
  v: 3;
  models: Record<string, DocumentModel>;
}

export interface Schema<M extends Record<string, ModelDefinition<any>> = Record<string, ModelDefinition<any>>> {
  readonly models: M;
  readonly document: SchemaDocument;
  readonly columns: Readonly<Record<string, Readonly<Record<string, Column>>>>;
}

export function defineSchema<const M extends Record<string, ModelDefinition<any>>>(models: M): Schema<M> {
  const document: SchemaDocument = { v: 3, models: {} };
  const columns: Record<string, Record<string, Column>> = {};
  for (const [key, definition] of Object.entries(models)) {
    const own = (columns[key] = Object.fromEntries(
      Object.entries(definition.shape).map(([name, type]) => [name, column(`${key}.${name}`, type as never)]),
    ));
    for (const [name, { field }] of Object.entries(own)) checkField(key, name, field);
    for (const [name, { target }] of Object.entries(definition.relations)) {
      if (!Object.hasOwn(models, target))
        throw abloError('invalid_schema', `${key}.${name} refers to a model '${target}' that is not there.`);
    }
    document.models[key] = {
      ...definition.options,
      ...(Object.keys(definition.relations).length > 0 && { relations: definition.relations }),
      fields: Object.fromEntries(Object.entries(own).map(([name, { field }]) => [name, field])),
    };
  }
  return { models, document, columns };
}

function checkField(model: string, name: string, field: DocumentField): void {
  const param = `${model}.${name}`;
  const fail = (why: string) => abloError('invalid_schema', `${param} is ${why}.`, { param });
  if (!/^[a-z][A-Za-z0-9]*$/.test(name) || /[A-Z]{2}/.test(name))
    throw fail('not camelCase (schema_field_not_camelcase): it could not be told from its column');
  const allowed = baseFields.get(name);
  if (allowed && !allowed.includes(field.type))
    throw fail(`one of the fields every row has (schema_reserved_field), a ${allowed[0]}`);
}
