// SPDX-License-Identifier: MIT
//
// The fields that every row has, and what a model may call its own of them, if it declares them at all.
import type { FieldType } from './column';

export const baseFields: ReadonlyMap<string, readonly FieldType[]> = new Map([
  ['id', ['string']],
  ['createdAt', ['date', 'string']],
  ['updatedAt', ['date', 'string']],
  ['archivedAt', ['date', 'string']],
  ['organizationId', ['string']],
  ['createdBy', ['string']],
]);
