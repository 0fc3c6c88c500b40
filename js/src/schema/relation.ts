// SPDX-License-Identifier: MIT
//
// relation: how rows of one model refer to rows of another. Models are named, not imported, so that they may refer to
// each other in a circle.

export interface BelongsToOptions {
  index?: boolean;
  enrich?: boolean;
  defer?: boolean;
  /** The row is visible where its parent is. */
  parent?: boolean;
  /** The database holds a foreign key. */
  fk?: boolean;
}

export interface Relation {
  readonly type: 'belongsTo' | 'hasMany' | 'hasOne';
  readonly target: string;
  /** A field of this model for belongsTo, of the target otherwise. */
  readonly foreignKey: string;
  readonly options?: BelongsToOptions;
  readonly orderBy?: Readonly<Record<string, 'asc' | 'desc'>>;
}

export const relation = {
  belongsTo: (target: string, foreignKey: string, options?: BelongsToOptions): Relation => ({
    type: 'belongsTo',
    target,
    foreignKey,
    ...(options && { options }),
  }),
  hasMany: (target: string, foreignKey: string, options: Pick<Relation, 'orderBy'> = {}): Relation => ({
    type: 'hasMany',
    target,
    foreignKey,
    ...options,
  }),
  hasOne: (target: string, foreignKey: string): Relation => ({ type: 'hasOne', target, foreignKey }),
};
