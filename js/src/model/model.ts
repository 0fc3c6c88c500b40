// SPDX-License-Identifier: MIT
//
// `ablo.<model>`: the verbs of one model. They dispatch on their first argument (text: positional; an object: by name),
// put what they were given into the core's words, and hand out what it says.
import type { Commits } from '../client/commits';
import type { Requests } from '../client/requests';
import type { Store } from '../client/store';
import type { Operation } from '../client/types';
import type { Claims } from '../coordination/claims';
import type { Intents } from '../coordination/intents';
import type { Row } from '../core/rows';
import { abloError } from '../errors/errors';
import { randomId } from '../platform';
import { keys } from '../tracking';
import type { Column } from '../schema/column';
import { claimVerb } from './claim';
import { queryText } from './query';
import type { LoadOptions, LocalQueryOptions, ModelClient, ReadOptions, WriteOptions } from './types';

export interface Parts {
  store: Store;
  commits: Commits;
  requests: Requests;
  claims: Claims;
  intents: Intents;
}

type Data = Record<string, unknown>;
/** What a row is to have, or how that is made from the row as it is. */
type Change = Data | ((current: Row) => Data);
export type AnyModelClient = ModelClient<Row, Data, Data>;

const none: readonly Row[] = Object.freeze([]);

export function modelClient(model: string, columns: Readonly<Record<string, Column>>, parts: Parts): AnyModelClient {
  const { store, commits, requests, claims, intents } = parts;

  const get = (id: string): Row | undefined => {
    const view = store.view();
    if (!view || typeof id !== 'string') return undefined;
    const number = view.models.get(model)!;
    store.signals.read(keys.row(number, id));
    return view.rows.get(number, id);
  };

  const getAll = (options: LocalQueryOptions<Row> = {}): readonly Row[] => {
    const { filter, offset = 0, limit, ...rest } = options;
    const queries = store.drained()?.queries;
    if (!queries) return none;
    if (!filter) return queries.read(queryText(model, options));
    return queries
      .read(queryText(model, rest))
      .filter(filter)
      .slice(offset, limit === undefined ? undefined : offset + limit);
  };

  const getCount = ({ filter, limit: _, offset: __, ...options }: LocalQueryOptions<Row> = {}): number => {
    if (filter) return getAll({ ...options, filter }).length;
    return store.drained()?.queries.count(queryText(model, { ...options, count: true })) ?? 0;
  };

  /** Of rows that somebody else holds: waits until nobody does, or refuses. */
  const unclaimed = async (rows: readonly Row[], { ifClaimed = 'return', claimedTimeout: timeout }: ReadOptions): Promise<void> => {
    if (ifClaimed === 'return') return;
    await intents.waitFor({ model, ids: rows.map(({ id }) => id as string), others: true, ifClaimed }, { timeout });
  };

  const load = async ({ expand, ...options }: LoadOptions<Row> = {}): Promise<Row[]> => {
    await requests.ask('load', queryText(model, { ...options, expand }));
    await unclaimed(getAll(options), options);
    return [...getAll(options)];
  };

  const fetch = async (id: string, expand?: readonly string[]): Promise<Row | undefined> => {
    await requests.ask('load', queryText(model, { where: [['id', '=', id]], state: 'all', expand }));
    return get(id);
  };

  const retrieve = (target: string | ({ id: string; expand?: readonly string[] } & ReadOptions)) => {
    if (!isObject(target)) return get(target);
    return fetch(target.id, target.expand).then(() => unclaimed([target as object as Row], target)).then(() => get(target.id));
  };

  /** One operation, under the claim it names, makes or is already under. */
  const write = <T>(
    operation: Omit<Operation, 'model' | 'data'> & { data?: Data | (() => Data) },
    { claim, ...options }: WriteOptions,
    result: () => T | Promise<T>,
  ): Promise<T> => {
    const { id } = operation;
    if (isObject(claim) && !('claimId' in claim || 'claims' in claim))
      return commits.heard(
        claims.during(model, { ...claim, id }, (handle) => write(operation, { ...options, claim: handle }, result)),
      );
    const wait = options.wait ?? (claim || claims.held(model, id).length > 0 ? 'confirmed' : undefined);
    const { data } = operation;
    const operations =
      typeof data === 'function' ? () => [{ ...operation, model, data: data() }] : [{ ...operation, model } as Operation];
    return commits.write(operations, { ...options, wait, claim }, result);
  };

  const create = (first: Data, second?: WriteOptions): Promise<Row> => {
    const named = isObject(first) && Object.hasOwn(first, 'data') && !Object.hasOwn(columns, 'data');
    const { data, id = undefined, ...options } = named
      ? (first as unknown as { data: Data; id?: string } & WriteOptions)
      : { data: first, ...second };
    const row = withInitialValues(columns, data);
    const key = (id ?? row['id'] ?? randomId()) as string;
    return write({ op: 'create', id: key, data: row }, options, () => get(key) ?? (fetch(key) as Promise<Row>));
  };

  const update = (
    first: string | ({ id: string; data: Change } & WriteOptions),
    second?: Change,
    third?: WriteOptions,
  ): Promise<Row> => {
    const { id, data, ...options } = isObject(first) ? first : { id: first, data: second ?? {}, ...third };
    const found = (row: Row | undefined): Row => {
      if (!row) throw abloError('entity_not_found', `${model} ${id}.`);
      return row;
    };
    const result = () => get(id) ?? fetch(id).then(found);
    if (typeof data !== 'function') return write({ op: 'update', id, data }, options, result);
    const change = () => write({ op: 'update', id, data: () => data(found(get(id))) }, options, result);
    return get(id) ? change() : commits.heard(fetch(id).then(change));
  };

  const verb =
    (op: 'delete' | 'archive' | 'unarchive') =>
    (first: string | ({ id: string } & WriteOptions), second?: WriteOptions): Promise<void> => {
      const { id, ...options } = isObject(first) ? first : { id: first, ...second };
      return write({ op, id }, options, () => undefined);
    };

  const follow = <T>(read: () => T, listener: (value: T) => void): (() => void) => {
    const release = store.connection.hold();
    const stop = store.signals.follow(read, (value) => listener(value));
    return () => (stop(), release());
  };

  const onChange = (listener: (rows: readonly Row[]) => void, options?: LocalQueryOptions<Row>): (() => void) => {
    const text = options?.filter ? undefined : queryText(model, options); // once: it costs more than reading the result
    return follow(() => (text === undefined ? getAll(options) : (store.drained()?.queries.read(text) ?? none)), listener);
  };

  const onCount = (listener: (count: number) => void, options?: LocalQueryOptions<Row>): (() => void) =>
    follow(() => getCount(options), listener);

  return Object.freeze({
    retrieve: retrieve as AnyModelClient['retrieve'],
    get,
    getAll,
    getCount,
    count: getCount,
    local: Object.freeze({ get, list: getAll, count: getCount }),
    load,
    list: load,
    create: create as AnyModelClient['create'],
    update,
    delete: verb('delete'),
    archive: verb('archive'),
    unarchive: verb('unarchive'),
    claim: claimVerb(model, parts),
    onChange,
    onCount,
    subscribe: onChange,
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A new row: what was given, and for what was not (or was given as undefined) the schema's default. */
function withInitialValues(columns: Readonly<Record<string, Column>>, data: Data): Data {
  const row: Data = { ...data };
  for (const [name, { initial }] of Object.entries(columns))
    if (initial && row[name] === undefined) row[name] = initial();
  return row;
}
