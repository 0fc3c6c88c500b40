// SPDX-License-Identifier: MIT
//
// What a model of a language is told about the input of a tool: JSON Schema, from the fields of the schema's document.
// The core checks what then comes, as it does for every other write.
import { jsonSchema } from 'ai';
import { baseFields } from '../schema/base-fields';
import type { DocumentField } from '../schema/column';
import type { DocumentModel } from '../schema/define-schema';

type Json = Record<string, unknown>;
type Input = ReturnType<typeof jsonSchema<any>>;
type Fields = DocumentModel['fields'];

const object = (properties: Json, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const id = { type: 'string' };

function valueSchema({ type, enumValues, isOptional }: DocumentField): Json {
  const value =
    type === 'json'
      ? {}
      : type === 'enum'
        ? { type: 'string', enum: enumValues }
        : type === 'date'
          ? { type: 'string', format: 'date-time' }
          : { type };
  return isOptional && type !== 'json' ? { anyOf: [value, { type: 'null' }] } : value;
}

const schemas = (fields: Fields): Json =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueSchema(field)]));

/** The database fills in the others. */
function writable(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !baseFields.has(name)));
}

const input = (schema: object): Input => jsonSchema<any>(schema as never);

export function readInput({ fields }: DocumentModel): Input {
  const where = { ...object(schemas(fields)), description: 'Fields and the values they have.' };
  const limit = { type: 'integer', minimum: 1, maximum: 200, description: '50 if absent.' };
  return input(object({ id: { ...id, description: 'One row, by its id.' }, where, limit }));
}

export function createInput({ fields }: DocumentModel): Input {
  const own = writable(fields);
  const required = Object.keys(own).filter((name) => !own[name]!.isOptional && !own[name]!.hasDefault);
  return input(object({ data: object(schemas(own), required) }, ['data']));
}

export function updateInput({ fields }: DocumentModel): Input {
  const data = { ...object(schemas(writable(fields))), description: 'The fields that change.' };
  return input(object({ id, data }, ['id', 'data']));
}

export function deleteInput(): Input {
  return input(object({ id }, ['id']));
}
