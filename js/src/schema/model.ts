// SPDX-License-Identifier: MIT
//
// model(): one model of a schema, as it was written down. defineSchema() reads it.
import type * as zod from 'zod/v4/core';
import { abloError } from '../errors/errors';
import type { Relation } from './relation';
import type { Shape } from './types';

export interface ModelOptions {
  relations?: Record<string, Relation>;
  /** `instant` rows come at the start, `lazy` ones when they are asked for. */
  load?: 'instant' | 'lazy' | 'manual';
  /** The table, where it is not the key in snake_case. */
  tableName?: string;
  /** false: the server refuses every write. */
  mutable?: boolean;
  /** Who may write to a row that somebody else holds: nobody, unless it says `overwrite` of that kind of actor. */
  whileClaimed?: Partial<Record<'user' | 'agent' | 'system', 'overwrite' | 'refuse'>>;
}

export interface ModelDefinition<out S extends Shape = Shape> {
  readonly shape: S;
  readonly relations: Readonly<Record<string, Relation>>;
  readonly options: Omit<ModelOptions, 'relations'>;
}

const optionNames = ['relations', 'load', 'tableName', 'mutable', 'whileClaimed'];

/** `model(shape)`, `(shape, relations, options)` or `(shape, {relations, ...options})`. The shape may be a z.object. */
export function model<const S extends Shape>(
  shape: S | zod.$ZodObject<S>,
  relationsOrOptions: Record<string, Relation> | ModelOptions = {},
  options: ModelOptions = {},
): ModelDefinition<S> {
  const names = Object.keys(relationsOrOptions);
  const areOptions = names.some(
    (name) => optionNames.includes(name) && !isRelation(relationsOrOptions[name as keyof object]),
  );
  const { relations, ...rest } = areOptions
    ? (relationsOrOptions as ModelOptions)
    : { ...options, relations: relationsOrOptions as Record<string, Relation> };
  const unknown = Object.keys(rest).find((name) => !optionNames.includes(name));
  if (unknown) throw abloError('invalid_schema', `model() has no option '${unknown}'.`, { param: unknown });
  return {
    shape: '_zod' in shape ? ((shape as zod.$ZodObject<S>)._zod.def.shape as S) : (shape as S),
    relations: { ...options.relations, ...relations },
    options: rest,
  };
}

function isRelation(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'foreignKey' in value;
}
