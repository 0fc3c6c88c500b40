// SPDX-License-Identifier: MIT
//
// The application's rows by SQL, in Postgres, whatever driver runs it. Values travel as JSON and are given their
// column's type by the database (jsonb_populate_record), rows come back as JSON: no driver's own idea of a time or a
// number is in between. A page continues after its last row: the cursor is that row's value in the order, and its id.
import { abloError } from '../errors/errors';
import type { Data, Key, Rows } from './adapter';
import type { Run } from './ledger';
import { rowOf, type SourceField, type SourceModel } from './models';
import type { SourceCondition, SourcePage, SourceQuery } from './types';

type Cursor = [value: string | null, id: string];

export function sqlRows(run: Run): Rows {
  const one = async (s: Statement, text: string) => {
    const [found] = await run(`${text} returning to_jsonb(r.*) as row`, ...s.parameters);
    return found ? rowOf(s.model, found['row'] as Data, 'column') : null;
  };
  const list = async (model: SourceModel, query: SourceQuery): Promise<SourcePage> => {
    const { where = [], orderBy = 'id', order = 'asc', limit = 0, cursor } = query;
    const s = new Statement(model);
    const by = s.column(orderBy);
    const conditions = where.map((condition) => s.condition(condition));
    if (cursor !== undefined) conditions.push(s.after(orderBy, order, readCursor(cursor)));
    const found = await run(
      `select to_jsonb(r.*) as row, to_jsonb(r.*) ->> ${s.parameter(s.field(orderBy).column)} as place
       from ${s.table} as r where ${conditions.join(' and ') || 'true'}
       order by r.${by} ${order} nulls last, r.${s.column('id')} limit ${limit + 1}`,
      ...s.parameters,
    );
    const rows = found.slice(0, limit).map(({ row }) => rowOf(model, row as Data, 'column'));
    if (found.length <= limit || limit === 0) return { rows };
    const last: Cursor = [found[limit - 1]!['place'], (rows.at(-1) as Key).id];
    return { rows, nextCursor: JSON.stringify(last) };
  };
  return {
    list,
    load: async (model, key) => {
      const where = Object.entries(key).map(([name, value]) => [name, '=', value] as const);
      return (await list(model, { where, limit: 1 })).rows[0] ?? null;
    },
    create: async (model, data) => {
      const s = new Statement(model);
      const columns = Object.keys(data).map((name) => s.column(name));
      const values = columns.map((column) => `v.${column}`);
      return (await one(s, `insert into ${s.table} as r (${columns}) select ${values} from ${s.record(data)} as v`))!;
    },
    update: (model, key, data) => {
      const s = new Statement(model);
      const changes = Object.keys(data).map((name) => `${s.column(name)} = v.${s.column(name)}`);
      return one(s, `update ${s.table} as r set ${changes} from ${s.record(data)} as v where ${s.keyIs(key)}`);
    },
    delete: (model, key) => {
      const s = new Statement(model);
      return one(s, `delete from ${s.table} as r where ${s.keyIs(key)}`);
    },
  };
}

/** One statement on the table of one model, while its parameters are gathered. The table is called r in it. */
class Statement {
  readonly parameters: string[] = [];
  readonly table: string;

  constructor(readonly model: SourceModel) {
    this.table = quoted(model.table);
  }

  field(name: string): SourceField {
    const field = this.model.fields.get(name);
    if (!field) throw abloError('query_invalid', `${this.model.key} declares no ${name}.`);
    return field;
  }

  column(name: string): string {
    return quoted(this.field(name).column);
  }

  parameter(text: string): string {
    return `$${this.parameters.push(text)}::text`;
  }

  /** A row of the table's own types that has these values. */
  record(data: Data): string {
    const byColumn = Object.fromEntries(Object.entries(data).map(([name, value]) => [this.field(name).column, value]));
    return `jsonb_populate_record(null::${this.table}, ${this.parameter(JSON.stringify(byColumn))}::jsonb)`;
  }

  value(name: string, value: unknown): string {
    return `(${this.record({ [name]: value })}).${this.column(name)}`;
  }

  keyIs(key: Key): string {
    return Object.entries(key)
      .map(([name, value]) => `r.${this.column(name)} = ${this.value(name, value)}`)
      .join(' and ');
  }

  condition([name, operator, value]: SourceCondition): string {
    const column = `r.${this.column(name)}`;
    if (operator.endsWith('LIKE')) return `${column}::text ${operator} ${this.parameter(value as string)}`;
    if (Array.isArray(value)) {
      if (value.length === 0) return operator === 'IN' ? 'false' : 'true';
      return `${column} ${operator} (${value.map((one) => this.value(name, one)).join()})`;
    }
    const not = operator === '!=' || operator === 'IS NOT';
    if (value === null && (not || operator === '=' || operator === 'IS'))
      return `${column} is ${not ? 'not ' : ''}null`;
    const comparison =
      operator === 'IS' ? 'is not distinct from' : operator === 'IS NOT' ? 'is distinct from' : operator;
    return `${column} ${comparison} ${this.value(name, value)}`;
  }

  /** What comes behind a row: nulls are last in either direction, equals go by id. */
  after(name: string, order: 'asc' | 'desc', [value, id]: Cursor): string {
    const column = `r.${this.column(name)}`;
    const behind = `r.${this.column('id')} > ${this.value('id', id)}`;
    if (value === null) return `(${column} is null and ${behind})`;
    const at = this.value(name, value);
    return `(${column} ${order === 'asc' ? '>' : '<'} ${at} or ${column} is null or (${column} = ${at} and ${behind}))`;
  }
}

function readCursor(text: string): Cursor {
  try {
    const cursor = JSON.parse(text) as Cursor;
    if (cursor.length === 2 && typeof cursor[1] === 'string') return cursor;
  } catch {
    // said below
  }
  throw abloError('query_invalid', `The cursor '${text}' is none of ours.`);
}

function quoted(identifier: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(identifier)) return `"${identifier}"`;
  throw abloError('invalid_schema', `'${identifier}' is no name of a table or column.`);
}
