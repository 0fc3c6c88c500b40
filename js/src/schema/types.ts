// SPDX-License-Identifier: MIT
//
// The types that follow from a schema: what a row has, what create and update take. Nothing here exists at run time.
import type * as zod from 'zod/v4/core';
import type { ModelDefinition, Schema } from './define-schema';

export type Shape = Readonly<Record<string, zod.$ZodType>>;

type Flat<T> = { [K in keyof T]: T[K] } & {};
type Input<S extends Shape> = zod.$InferObjectInput<S, {}>;
type Output<S extends Shape> = zod.$InferObjectOutput<S, {}>;

/** What every row has, whether its model declares it or not. The database fills it in. */
export interface BaseFields {
  id: string;
  createdAt: Date;
  updatedAt: Date;
  organizationId?: string;
  createdBy?: string;
  archivedAt?: Date;
}

/** A row as it is read. A base field that the model declares itself has the declared type. */
export type RowOf<S extends Shape> = Flat<Readonly<Omit<BaseFields, keyof Output<S>> & Output<S>>>;

/** What create() takes: optional fields and those with a default may be absent, base fields always. */
export type CreateOf<S extends Shape> = Flat<Omit<Input<S>, keyof BaseFields> & { id?: string }>;

/** What update() takes. null empties an optional field. */
export type UpdateOf<S extends Shape> = {
  [K in Exclude<keyof Input<S>, keyof BaseFields>]?: undefined extends Input<S>[K] ? Input<S>[K] | null : Input<S>[K];
};

export type ShapeOf<M> = M extends ModelDefinition<infer S> ? S : never;

/** To be augmented, to type what does not see the schema (useAblo): `interface Register { schema: typeof schema }`. */
export interface Register {}

export type AnySchema = Schema<Record<string, ModelDefinition<any>>>;
export type RegisteredSchema = Register extends { schema: infer S extends AnySchema }
  ? S
  : Register extends { Schema: infer S extends AnySchema }
    ? S
    : AnySchema;

type KeyOf<S extends AnySchema> = keyof S['models'] & string;
type Resolve<S, K extends PropertyKey> = S extends AnySchema
  ? ShapeOf<S['models'][K & KeyOf<S>]>
  : ShapeOf<RegisteredSchema['models'][S & KeyOf<RegisteredSchema>]>;

/** A row's type: `Model<typeof schema, 'tasks'>`, or `Model<'tasks'>` of the registered schema. */
export type Model<
  S extends AnySchema | KeyOf<RegisteredSchema>,
  K extends (S extends AnySchema ? KeyOf<S> : never) = never,
> = RowOf<Resolve<S, K>>;
export type InferCreate<
  S extends AnySchema | KeyOf<RegisteredSchema>,
  K extends (S extends AnySchema ? KeyOf<S> : never) = never,
> = CreateOf<Resolve<S, K>>;
export type InferUpdate<
  S extends AnySchema | KeyOf<RegisteredSchema>,
  K extends (S extends AnySchema ? KeyOf<S> : never) = never,
> = UpdateOf<Resolve<S, K>>;
export type { InferCreate as InsertValue, InferUpdate as UpdateValue, Model as InferModel };
