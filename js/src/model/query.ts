// SPDX-License-Identifier: MIT
//
// How people write a query, and the one form in which the core takes it: `{model, where, orderBy, limit, offset,
// state}` with conditions as [field, operator, value]. The text is canonical as far as members go, so equal queries are
// one query.
import { abloError } from '../errors/errors';
import { toJson } from '../json';
import type { QueryOptions } from './types';

export function queryText(model: string, options: QueryOptions<any> & { expand?: readonly string[]; count?: true } = {}): string {
  const { where, orderBy, limit, offset, expand, count } = options;
  return toJson({
    model,
    where: conditions(where),
    orderBy: orderBy && (Array.isArray(orderBy) ? orderBy : Object.entries(orderBy)),
    limit,
    offset,
    state: options.state ?? options.scope,
    expand,
    count,
  });
}

export function conditions(where: QueryOptions<any>['where']): unknown[] | undefined {
  if (where === undefined || Array.isArray(where)) return where;
  return Object.entries(where).map(([field, value]) => {
    // Dropped, it would match everything: the worst of all readings of `{ id: undefined }`.
    if (value === undefined)
      throw abloError('query_invalid', `where.${field} is undefined.`, { param: `where.${field}` });
    if (value === null) return [field, 'IS', null];
    return Array.isArray(value) ? [field, 'IN', value] : [field, '=', value];
  });
}
