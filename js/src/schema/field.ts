// SPDX-License-Identifier: MIT
//
// field: zod types that also say something about the column (`indexed`, `from`). What was said is kept in a registry of
// our own, which follows a type through `.min()` and the like; wrappers (`.optional()`) are looked through by whoever
// reads it.
import * as z from './zod';
import { registry } from 'zod/v4/core';
import type * as zod from 'zod/v4/core';
import type { ZodObject, ZodType, ZodUnknown } from 'zod';
import { abloError } from '../errors/errors';

export interface ColumnNotes {
  indexed?: boolean;
  column?: string;
}

export const columnNotes = registry<ColumnNotes>();

interface Noted {
  /** The database keeps an index on this field. */
  indexed(): this;
  /** The name of the column, where it is not the field's in snake_case. */
  from(column: string): this;
}

function noted<T>(type: T): T & Noted {
  const note = (notes: ColumnNotes): T & Noted => {
    const zodType = type as zod.$ZodType;
    columnNotes.add(zodType, { ...columnNotes.get(zodType), ...notes });
    return self;
  };
  const notes: Noted = {
    indexed: () => note({ indexed: true }),
    from(column) {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/.test(column)) {
        throw abloError('invalid_schema', `'${column}' is no name for a column.`, { param: column });
      }
      return note({ column });
    },
  };
  const self = Object.assign(type as T & object, notes);
  return self;
}

export const field = {
  string: () => noted(z.string()),
  number: () => noted(z.number()),
  boolean: () => noted(z.boolean()),
  date: () => noted(z.date()),
  enum: <const Values extends readonly [string, ...string[]]>(values: Values) => noted(z.enum(values)),
  /** Any JSON; `field.json(shape)` or `field.json(zodType)` gives it a type. */
  json: <T extends ZodType | Record<string, zod.$ZodType> = ZodUnknown>(type?: T) =>
    noted<JsonType<T>>((type === undefined ? z.unknown() : '_zod' in type ? type : z.object(type)) as JsonType<T>),
  id: () => noted(z.string()),
};

type JsonType<T> = T extends ZodType ? T : T extends Record<string, zod.$ZodType> ? ZodObject<T> : ZodUnknown;
