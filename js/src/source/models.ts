// SPDX-License-Identifier: MIT
//
// The models of a schema as a Data Source sees them: what they are called in the database, and which of a row's values
// are the application's business. Only declared fields are ever read or written.
import { abloError } from '../errors/errors';
import { baseFields } from '../schema/base-fields';
import type { DocumentField, FieldType } from '../schema/column';
import type { AnySchema } from '../schema/types';

export interface SourceField {
  name: string;
  column: string;
  type: FieldType;
  optional: boolean;
}

export interface SourceModel {
  key: string;
  table: string;
  /** The declared ones, and `id`. */
  fields: ReadonlyMap<string, SourceField>;
}

export type SourceModels = ReadonlyMap<string, SourceModel>;

export function modelsOf(schema: AnySchema): SourceModels {
  return new Map(
    Object.entries(schema.document.models).map(([key, { tableName, fields }]) => {
      const id: DocumentField = { type: 'string', isOptional: false, isIndexed: true };
      const entries = Object.entries({ id, ...fields }).map(
        ([name, { type, isOptional, column }]) =>
          [name, { name, type, optional: isOptional, column: column ?? snakeCase(name) }] as const,
      );
      return [key, { key, table: tableName ?? snakeCase(key), fields: new Map(entries) }];
    }),
  );
}

export function modelNamed(models: SourceModels, key: unknown): SourceModel {
  const model = models.get(key as string);
  if (model) return model;
  const what = typeof key === 'string' ? `'${key}' is not one of` : 'The request names none of';
  throw abloError('unknown_model', `${what} ${[...models.keys()].join(', ')}.`);
}

/** Throws unless a request may name this field of the model: every row has the base fields, declared or not. */
export function checkField(model: SourceModel, name: unknown): void {
  if (model.fields.has(name as string) || baseFields.has(name as string)) return;
  throw abloError('unknown_field', `${model.key}.${String(name)}:`, { param: `${model.key}.${String(name)}` });
}

/** A row as it travels: declared fields only, times in ISO 8601, numbers as numbers. */
export function rowOf(model: SourceModel, raw: Record<string, unknown>, by: 'name' | 'column' = 'name'): object {
  return Object.fromEntries(
    [...model.fields.values()].map((field) => [field.name, valueOf(field, raw[field[by]] ?? null)]),
  );
}

function valueOf(field: SourceField, value: unknown): unknown {
  if (value === null) return null;
  if (field.type === 'date' || value instanceof Date || baseFields.get(field.name)?.includes('date')) return isoTime(value);
  if (field.type === 'number') return Number(value);
  return field.name === 'id' ? String(value) : value;
}

/** A time without a zone is UTC, as it is for everybody who keeps such times. */
function isoTime(value: unknown): unknown {
  const zoned = typeof value === 'string' && !/(Z|[+-]\d\d(:?\d\d)?)$/i.test(value) ? `${value}Z` : value;
  const time = new Date(zoned as string);
  return Number.isNaN(time.getTime()) ? value : time.toISOString();
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
