// SPDX-License-Identifier: MIT
//
// @abloatai/ablo/source/prisma: a Data Source over a Prisma client, on Postgres. Rows go through the client's own
// models, with the fields as they are called there; only the two tables of the ledger are raw SQL. Nothing of Prisma is
// imported: the client says what it is.
import { abloError } from '../errors/errors';
import type { AnySchema } from '../schema/types';
import { sourceAdapter, type Data, type Database, type Key, type Rows } from './adapter';
import { rowOf, type SourceModel } from './models';
import type { SourceAdapter, SourceCondition } from './types';

export interface PrismaDataSourceOptions {
  /** What the client calls a model: the key with a small first letter, if absent. */
  delegateName?(model: string): string;
  /** `Prisma.DbNull`, for schemas with json fields: Prisma has no other word for a json field without a value. */
  dbNull?: object;
  /** How long, in ms, a commit may wait for a connection and may take: 10,000 and 30,000. */
  transaction?: { maxWait?: number; timeout?: number };
}

export interface PrismaLike {
  $transaction<T>(work: (inside: any) => Promise<T>, options?: object): Promise<T>;
  $queryRawUnsafe<T = unknown>(statement: string, ...parameters: any[]): PromiseLike<T>;
}

interface Delegate {
  findUnique(input: object): Promise<Data | null>;
  findMany(input: object): Promise<Data[]>;
  create(input: object): Promise<Data>;
  update(input: object): Promise<Data>;
  delete(input: object): Promise<Data>;
}

export function prismaDataSource(
  prisma: PrismaLike,
  schema: AnySchema,
  options: PrismaDataSourceOptions = {},
): SourceAdapter {
  const nameOf = options.delegateName ?? ((model: string) => model[0]!.toLowerCase() + model.slice(1));
  const delegateIn = (client: object, model: string) => (client as Record<string, Delegate | undefined>)[nameOf(model)];
  for (const model of Object.keys(schema.models)) {
    if (delegateIn(prisma, model)) continue;
    throw abloError(
      'invalid_schema',
      `The Prisma client has no '${nameOf(model)}' for the model ${model}: give delegateName.`,
    );
  }
  const limits = { maxWait: 10_000, timeout: 30_000, ...options.transaction };
  const over = (client: PrismaLike): Database => ({
    run: (statement, ...parameters) => client.$queryRawUnsafe<Data[]>(statement, ...parameters) as Promise<Data[]>,
    rows: prismaRows((model) => delegateIn(client, model.key)!, options.dbNull),
  });
  return sourceAdapter(schema, {
    ...over(prisma),
    transaction: (work) => prisma.$transaction((inside: PrismaLike) => work(over(inside)), limits),
  });
}

function prismaRows(delegate: (model: SourceModel) => Delegate, dbNull: object | undefined): Rows {
  /** The value, in Prisma's words. */
  const said = (model: SourceModel, name: string, value: unknown) => {
    if (value !== null || model.fields.get(name)?.type !== 'json') return value;
    if (dbNull) return dbNull;
    throw abloError(
      'query_invalid',
      `${model.key}.${name} is null: give prismaDataSource() dbNull, which is Prisma.DbNull.`,
    );
  };
  const select = (model: SourceModel) => Object.fromEntries([...model.fields.keys()].map((name) => [name, true]));
  return {
    async load(model, key) {
      const row = await delegate(model).findUnique({ where: key, select: select(model) });
      return row && rowOf(model, row);
    },
    async create(model, data) {
      return rowOf(model, await delegate(model).create({ data: present(data), select: select(model) }));
    },
    update: (model, key, { id: _, ...change }) =>
      unlessAbsent(async () => {
        const data = Object.fromEntries(
          Object.entries(change).map(([name, value]) => [name, said(model, name, value)]),
        );
        return rowOf(model, await delegate(model).update({ where: key, data, select: select(model) }));
      }),
    delete: (model, key) =>
      unlessAbsent(async () => rowOf(model, await delegate(model).delete({ where: key, select: select(model) }))),
    async list(model, { where = [], orderBy = 'id', order = 'asc', limit = 0, cursor }) {
      for (const name of [orderBy, ...where.map(([field]) => field)]) declared(model, name);
      const last = model.fields.get(orderBy)!.optional ? { sort: order, nulls: 'last' } : order;
      const found = await delegate(model).findMany({
        where: {
          AND: where.map(([name, operator, value]) => filter(model, [name, operator, said(model, name, value)])),
        },
        orderBy: orderBy === 'id' ? [{ id: order }] : [{ [orderBy]: last }, { id: 'asc' }],
        select: select(model),
        take: limit + 1,
        ...(cursor !== undefined && { cursor: { id: cursor }, skip: 1 }),
      });
      if (found.length === 0 && cursor !== undefined && !(await this.load(model, { id: cursor } as Key)))
        throw abloError('query_invalid', 'The row that the page before ended with is gone: list from the start.');
      const rows = found.slice(0, limit).map((row) => rowOf(model, row));
      return found.length > limit ? { rows, nextCursor: (rows.at(-1) as Key | undefined)?.id } : { rows };
    },
  };
}

/** A null of a new row is what the database puts there by itself. */
function present(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
}

async function unlessAbsent<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === 'P2025') return null;
    throw thrown;
  }
}

function declared(model: SourceModel, name: string): void {
  if (!model.fields.has(name)) throw abloError('query_invalid', `${model.key} declares no ${name}.`);
}

const filters = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte', IN: 'in', 'NOT IN': 'notIn' } as const;

function filter(model: SourceModel, [name, operator, value]: SourceCondition): object {
  switch (operator) {
    case '=':
    case 'IS':
      return { [name]: { equals: value } };
    case '!=':
      return { [name]: { not: value } };
    case 'IS NOT':
      return value === null || typeof value === 'object' || !model.fields.get(name)!.optional
        ? { [name]: { not: value } }
        : { OR: [{ [name]: { not: value } }, { [name]: null }] };
    case 'LIKE':
    case 'ILIKE':
      return { [name]: like(name, operator, value as string) };
    case 'NOT LIKE':
    case 'NOT ILIKE':
      return { NOT: { [name]: like(name, operator, value as string) } };
    default:
      return { [name]: { [filters[operator]]: value } };
  }
}

/** Prisma knows text that begins, ends or is somewhere, and no other pattern. */
function like(name: string, operator: string, pattern: string): object {
  const [, before, text, behind] = /^(%?)([^%_\\]*)(%?)$/s.exec(pattern) ?? [];
  if (text === undefined)
    throw abloError(
      'query_unsupported_operator',
      `${name} ${operator} '${pattern}': Prisma takes % at the ends only. Give the model its own list().`,
    );
  const how = before && behind ? 'contains' : before ? 'endsWith' : behind ? 'startsWith' : 'equals';
  return { [how]: text, ...(operator.endsWith('ILIKE') && { mode: 'insensitive' }) };
}
