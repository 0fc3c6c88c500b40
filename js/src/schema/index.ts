// SPDX-License-Identifier: MIT
export { defineSchema } from './define-schema';
export type { DocumentModel, Schema, SchemaDocument } from './define-schema';
export { field } from './field';
export { model } from './model';
export type { ModelDefinition, ModelOptions } from './model';
export { relation } from './relation';
export type { Relation } from './relation';
export type { DocumentField, FieldType } from './column';
export type {
  AnySchema, BaseFields, CreateOf, InferCreate, InferModel, InferUpdate, InsertValue, Model, Register, RowOf,
  UpdateOf, UpdateValue,
} from './types';
export * as z from './zod';
