// SPDX-License-Identifier: MIT
//
// What a request says, checked: handlers and adapters get models, fields and operators that exist, and nothing else.
import { abloError } from '../errors/errors';
import { sourceError } from './errors';
import { checkField, modelNamed, type SourceModel, type SourceModels } from './models';
import type {
  CommitRequest,
  ListRequest,
  SourceCondition,
  SourceOperation,
  SourceQuery,
  SourceRequest,
  SourceScope,
} from './types';

/** Commits come from frames of 256 KiB. */
const mostBytes = 1024 * 1024;
const mostOperations = 500;

// prettier-ignore
const operators = ['=', '!=', '<', '<=', '>', '>=', 'IN', 'NOT IN', 'IS', 'IS NOT', 'LIKE', 'NOT LIKE', 'ILIKE', 'NOT ILIKE'];
const operationTypes = ['CREATE', 'UPDATE', 'DELETE', 'ARCHIVE', 'UNARCHIVE'];

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255;
const isCount = (value: unknown) => value == null || (Number.isSafeInteger(value) && (value as number) >= 0);
const isText = (value: unknown) => value == null || typeof value === 'string';

/** The bytes of the body, never more than a Data Source takes. */
export async function readBody(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    size += part.length;
    if (size > mostBytes) throw abloError('request_too_large', `A Data Source takes ${mostBytes} bytes.`);
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

export function readRequest(models: SourceModels, body: unknown): SourceRequest {
  if (!isObject(body)) throw sourceError('unknown_source_request');
  const { type, model, scope } = body;
  if (scope !== undefined && scope !== null && !isObject(scope))
    throw abloError('invalid_request', 'scope is an object.');
  for (const name of ['organizationId', 'participantId'])
    if (!isText(scope?.[name])) throw abloError('invalid_request', `scope.${name} is text.`);
  const common = isObject(scope) ? { scope: scope as SourceScope } : {};
  switch (type) {
    case 'load': {
      const key = modelNamed(models, model).key;
      if (!isId(body['id'])) throw abloError('invalid_id');
      return { type, model: key, id: body['id'], ...common };
    }
    case 'list':
      return { type, ...readList(modelNamed(models, model), body['query'] ?? {}), ...common };
    case 'commit':
      return { type, ...readCommit(models, body), ...common };
    case 'events': {
      const { cursor, limit } = body;
      if (!isText(cursor)) throw abloError('invalid_request', 'cursor is text.');
      if (!isCount(limit)) throw abloError('invalid_request', 'limit is a whole number.');
      return {
        type,
        ...(cursor != null && { cursor: cursor as string }),
        ...(limit != null && { limit: limit as number }),
        ...common,
      };
    }
    default:
      throw sourceError('unknown_source_request', `It was asked for '${String(type)}'.`);
  }
}

function readList(model: SourceModel, asked: unknown): Omit<ListRequest, 'type'> {
  if (!isObject(asked)) throw abloError('query_invalid', 'query is an object.');
  const query = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
  const { where, limit, orderBy, order, related, cursor } = query;
  if (!isCount(limit)) throw abloError('query_invalid', 'limit is a whole number.');
  if (order !== undefined && order !== 'asc' && order !== 'desc')
    throw abloError('query_invalid', 'order is asc or desc.');
  if (!isText(cursor)) throw abloError('query_invalid', 'cursor is text.');
  if (orderBy !== undefined) checkField(model, orderBy);
  for (const list of [where, related])
    if (list !== undefined && !Array.isArray(list)) throw abloError('query_invalid', 'where and related are lists.');
  const conditions = (where as unknown[] | undefined)?.map((condition) => readCondition(model, condition));
  return { model: model.key, query: { ...query, ...(conditions && { where: conditions }) } as SourceQuery };
}

function readCondition(model: SourceModel, condition: unknown): SourceCondition {
  if (!Array.isArray(condition) || condition.length < 2 || condition.length > 3)
    throw abloError('query_invalid', 'A condition is [field, value] or [field, operator, value].');
  const [field, operator, value] = condition.length === 2 ? [condition[0], '=', condition[1]] : condition;
  checkField(model, field);
  if (!operators.includes(operator)) throw abloError('query_unsupported_operator', `${field} ${String(operator)}:`);
  if (operator.endsWith('IN') !== Array.isArray(value))
    throw abloError('query_invalid', `${field}: IN takes a list, others one value.`);
  if (operator.endsWith('LIKE') && typeof value !== 'string')
    throw abloError('query_invalid', `${field}: ${operator} takes text.`);
  return [field, operator, value];
}

function readCommit(models: SourceModels, body: Json): Omit<CommitRequest, 'type'> {
  const { model, operations, clientTxId } = body;
  if (clientTxId != null && !isId(clientTxId)) throw sourceError('source_commit_invalid', 'clientTxId is text.');
  if (!Array.isArray(operations) || operations.length === 0) throw abloError('commit_operation_required');
  if (operations.length > mostOperations) throw abloError('commit_too_many_operations');
  return {
    ...(model !== undefined && { model: modelNamed(models, model).key }),
    ...(clientTxId != null && { clientTxId }),
    operations: operations.map((operation) => readOperation(models, model, operation)),
  };
}

function readOperation(models: SourceModels, ofCommit: unknown, operation: unknown): SourceOperation {
  if (!isObject(operation)) throw sourceError('source_commit_invalid', 'An operation is an object.');
  const { type, model: own = ofCommit, id, input } = operation;
  if (!operationTypes.includes(type as string))
    throw sourceError('source_commit_invalid', `An operation is one of ${operationTypes.join(', ')}.`);
  const model = modelNamed(models, own);
  if (id === undefined ? type !== 'CREATE' : !isId(id))
    throw abloError('invalid_id', `${type as string} of ${model.key}:`);
  if (input !== undefined && input !== null && !isObject(input))
    throw sourceError('source_commit_invalid', 'input is an object.');
  for (const name of Object.keys(input ?? {})) checkField(model, name);
  return { ...operation, model: model.key } as SourceOperation;
}
