// SPDX-License-Identifier: MIT
//
// Random rows of tasks and random queries over them. There are few values, so that rows meet and tie; among them are
// those that collations, encodings and number formats get wrong.
import type { Random } from '../../support/random';

type Kind = 'text' | 'enum' | 'number' | 'boolean' | 'date' | 'json';
export type Cell = string | number | boolean | null;
export type TaskRow = Record<string, Cell>;
export interface TaskQuery {
  where: [string, string, unknown][];
  orderBy: [string, 'asc' | 'desc'][];
  limit?: number;
  offset?: number;
  state: 'live' | 'archived' | 'all';
}

const fields: Record<string, Kind> = {
  id: 'text',
  title: 'text',
  status: 'enum',
  count: 'number',
  done: 'boolean',
  due: 'date',
  place: 'text',
  extra: 'json',
  createdBy: 'text',
  archivedAt: 'date',
};
/* prettier-ignore */
const values: Record<Kind, readonly Cell[]> = {
  text: [
    '', ' ', 'a', 'A', 'ab', 'aB', 'B', 'b', 'ada', 'Zoe', '10', '9', 'i', 'I', 'ı', 'İ', 'é', 'É', 'e\u0301', 'ß', 'SS',
    '😀', '\uffee', '\ud83d\udc69\u200d\ud83d\udc69', '100%', 'a_b', 'a\\b', '\n', 'null', "o'neill", '"', '$1', 'a'.repeat(300),
  ],
  enum: ['todo', 'doing', 'done'],
  number: [
    0, 1, -1, 0.1, 0.30000000000000004, 2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, -(2 ** 53) + 1, 1e308, -1e308, 5e-324, -5e-324, 1e15 + 0.5,
  ],
  boolean: [true, false],
  date: [
    '0001-01-01T00:00:00.000000Z', '1969-12-31T23:59:59.999999Z', '1970-01-01T00:00:00.000000Z', '2024-02-29T12:00:00.000001Z',
    '2024-02-29T12:00:00.000002Z', '2255-06-05T23:47:34.740991Z', '9999-12-31T23:59:59.000000Z',
  ],
  json: ['{}', '[]', '"x"', '{"a": [1, null]}', 'false'],
};
/** What only SQL can write: our clients and ISO 8601 have no words for it. */
const foreign: Partial<Record<Kind, readonly Cell[]>> = {
  number: ['NaN', 'Infinity', '-Infinity'],
  date: ['infinity', '-infinity', '4713-11-24 BC', '0044-03-15 BC', '10000-01-01', '294276-12-31'],
};
const required = ['id', 'title', 'status'];
/* prettier-ignore */
const patterns = [
  '%', '', '_', '__', '___', 'a%', '%b', 'A_', '%A%', 'i', 'İ', '%ß', 'É', '100\\%', 'a\\_b', 'a\\\\b', '\\a\\b', '%a%a%', '_%_', '%\\%', '😀', '%\u0301',
];
const comparisons = ['=', '!=', '<', '<=', '>', '>=', 'IN', 'NOT IN'];
const likes = ['LIKE', 'NOT LIKE', 'ILIKE', 'NOT ILIKE'];

export function randomRow(random: Random, id: string): TaskRow {
  const row: TaskRow = {};
  for (const [field, kind] of Object.entries(fields)) {
    const from = (random.chance(20) && foreign[kind]) || values[kind];
    row[field] = !required.includes(field) && random.chance(30) ? null : random.pick(from);
  }
  return { ...row, id, archivedAt: random.chance(80) ? null : row['archivedAt']! };
}

export function randomQuery(random: Random, ids: readonly string[]): TaskQuery {
  const names = Object.keys(fields);
  const ordered = names.filter((name) => fields[name] !== 'json');
  return {
    where: random.some(3, () => randomCondition(random, random.pick(names), ids)),
    orderBy: random.some(3, () => [random.pick(ordered), random.pick(['asc', 'desc'] as const)]),
    state: random.pick(['live', 'all', 'all', 'archived'] as const),
  };
}

export function windowed(random: Random, query: TaskQuery): TaskQuery {
  return { ...query, limit: random.below(12), ...(random.chance(60) && { offset: random.below(12) }) };
}

function randomCondition(random: Random, field: string, ids: readonly string[]): [string, string, unknown] {
  const kind = fields[field]!;
  if (kind === 'json' || random.chance(12)) {
    const truth = kind === 'boolean' && random.chance(60);
    return [field, random.pick(['IS', 'IS NOT']), truth ? random.chance(50) : null];
  }
  const nothing = (): boolean => random.chance(6);
  if ((kind === 'text' || kind === 'enum') && random.chance(40))
    return [field, random.pick(likes), nothing() ? null : random.pick(patterns)];
  const operand = (): Cell => {
    if (nothing()) return null;
    if (field === 'id') return random.pick(ids);
    return kind === 'enum' && random.chance(10) ? 'gone' : random.pick(values[kind]);
  };
  const op = random.pick(comparisons);
  return [field, op, op.endsWith('IN') ? random.some(4, operand) : operand()];
}
