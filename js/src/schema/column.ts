// SPDX-License-Identifier: MIT
//
// From a zod type to a field of the schema's document. Only `_zod.def` is read, so that the types may come from any
// copy of zod 4; what a column cannot hold, such as a transform, is refused here, where the person who wrote it sees
// it.
import type * as zod from 'zod/v4/core';
import { abloError } from '../errors/errors';
import { columnNotes } from './field';

export type FieldType = 'string' | 'number' | 'boolean' | 'date' | 'enum' | 'json';

/** A field as the document has it (docs/internals/schema-document.md). */
export interface DocumentField {
  type: FieldType;
  isOptional: boolean;
  isIndexed: boolean;
  column?: string;
  enumValues?: string[];
  hasDefault?: boolean;
}

export interface Column {
  field: DocumentField;
  /** Without a value it is null, not undefined. */
  nullable: boolean;
  /** What a new row gets when it says nothing. */
  initial?: () => unknown;
}

/** The parts of `_zod.def` that are read here. */
interface Def {
  type: string;
  innerType?: zod.$ZodType;
  in?: zod.$ZodType;
  getter?: () => zod.$ZodType;
  options?: zod.$ZodType[];
  readonly defaultValue?: unknown;
}

const kinds: Record<string, FieldType> = {
  string: 'string',
  template_literal: 'string',
  number: 'number',
  int: 'number',
  boolean: 'boolean',
  date: 'date',
};
const anyJson = ['union', 'array', 'object', 'record', 'tuple', 'intersection', 'any', 'unknown', 'null', 'custom'];
const unwrapped = ['readonly', 'catch', 'nonoptional'];

export function column(name: string, type: zod.$ZodType): Column {
  const fail = (why: string) => abloError('invalid_schema', `${name}: ${why}`, { param: name });
  if (!type || !('_zod' in type)) throw fail('this is not a type of zod 4 (a type of zod 3 cannot be read).');

  const notes = { ...columnNotes.get(type) };
  let optional = false;
  let nullable = false;
  let initial: Column['initial'];
  for (;;) {
    const def = type._zod.def as unknown as Def;
    if (def.type === 'optional') optional = true;
    else if (def.type === 'nullable') nullable = true;
    else if (def.type === 'default' || def.type === 'prefault')
      initial ??= () => def.defaultValue; // a getter: runs the function form
    else if (!unwrapped.includes(def.type) && def.type !== 'lazy') break;
    type = def.type === 'lazy' ? def.getter!() : def.innerType!;
    Object.assign(notes, { ...columnNotes.get(type), ...notes });
  }

  const kind = kindOf(type);
  if (!kind) throw fail(`a column cannot hold zod's '${(type._zod.def as unknown as Def).type}'.`);
  const field: DocumentField = { type: kind, isOptional: optional || nullable, isIndexed: notes.indexed ?? false };
  if (notes.column !== undefined) field.column = notes.column;
  if (kind === 'enum') field.enumValues = [...type._zod.values!] as string[];
  if (initial) field.hasDefault = true;
  return { field, nullable, ...(initial && { initial }) };
}

function kindOf(type: zod.$ZodType): FieldType | undefined {
  const { type: kind, options } = type._zod.def as unknown as Def;
  const literals = kind === 'union' && options!.every(({ _zod }) => _zod.def.type === 'literal');
  if (literals || kind === 'enum' || kind === 'literal') return valuesKind(type) ?? 'json';
  return anyJson.includes(kind) ? 'json' : kinds[kind];
}

/** Text makes an enum; numbers and booleans are stored as what they are. */
function valuesKind(type: zod.$ZodType): FieldType | undefined {
  const [kind, ...others] = new Set([...(type._zod.values ?? [])].map((value) => typeof value));
  if (others.length > 0) return undefined;
  return kind === 'string' ? 'enum' : kind === 'number' || kind === 'boolean' ? kind : undefined;
}
