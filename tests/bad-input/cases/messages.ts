// SPDX-License-Identifier: MIT
//
// Something of the wrong kind in every place of every message, one at a time, with what each has to be called.
import { randomUUID } from 'node:crypto';
import { hello, say, type Case } from '../probe';

type Json = unknown;
const claim = '00000000-0000-4000-8000-000000000001';
const long = (bytes: number) => 'x'.repeat(bytes);

const commit = () => ({
  type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(),
  operations: [{ op: 'create', model: 'tasks', id: randomUUID(), data: { title: 'x', status: 'todo' } }],
});
const change = () => ({
  type: 'commit', key: randomUUID(), attempt: 1, issuedAt: Date.now(),
  operations: [{ op: 'update', model: 'tasks', id: 'nobody', data: { title: 'x' }, readAt: 0, onStale: 'reject' }],
  readAt: 0, onStale: 'reject', reads: [{ model: 'tasks', id: 'a', fields: ['title'], readAt: 0, onStale: 'reject' }],
});
const query = () => ({ type: 'query', request: 1, model: 'tasks', where: [['title', '=', 'x']], orderBy: [['title', 'asc']], limit: 10, offset: 0, state: 'live' });
const ask = () => ({ type: 'claim', request: 1, claim: randomUUID(), model: 'tasks', id: 'nobody', ttl: 1_000, action: 'edit', wait: false });

const noText: Json[] = [null, 1, true, [], {}];
const noNumber: Json[] = [null, 'x', true, [], {}];
const noWhole: Json[] = [...noNumber, -1, 1.5, 1e300];
const noList: Json[] = [1, 'x', true, {}];

interface Place {
  of: () => object;
  at: (string | number)[];
  wrong: Json[];
  code: string;
}

const places: Place[] = [
  // commit
  { of: commit, at: ['key'], wrong: [undefined, '', long(256), long(1_000), ...noText], code: 'invalid_request' },
  { of: commit, at: ['attempt'], wrong: [undefined, 0, 1e7, ...noWhole], code: 'invalid_request' },
  { of: commit, at: ['issuedAt'], wrong: [undefined, ...noWhole], code: 'write_options_invalid' },
  { of: commit, at: ['operations'], wrong: [undefined, null, [], ...noList], code: 'commit_operation_required' },
  { of: commit, at: ['operations'], wrong: [501, 600].map((n) => Array.from({ length: n }, () => ({ op: 'delete', model: 'tasks', id: 'a' }))), code: 'commit_too_many_operations' },
  { of: commit, at: ['operations', 0], wrong: [null, 1, 'x', true, []], code: 'invalid_request' },
  { of: commit, at: ['operations', 0, 'op'], wrong: [undefined, 'upsert', 'CREATE', '', '__proto__', 'toString', ...noText], code: 'invalid_request' },
  { of: commit, at: ['operations', 0, 'model'], wrong: [undefined, 'task', 'Tasks', '', 'pg_class', 'tasks; drop table tasks', '__proto__', 'toString', long(300), ...noText], code: 'unknown_model' },
  { of: commit, at: ['operations', 0, 'id'], wrong: ['', long(256), 'é'.repeat(128), ...noText], code: 'invalid_id' },
  { of: commit, at: ['operations', 0, 'data'], wrong: [1, 'x', true, []], code: 'wrong_type' },
  { of: commit, at: ['operations', 0, 'data', 'titel'], wrong: ['x', 1, null], code: 'unknown_field' },
  { of: commit, at: ['operations', 0, 'data', 'toString'], wrong: ['x'], code: 'unknown_field' },
  { of: commit, at: ['operations', 0, 'data', 'title"; drop'], wrong: ['x'], code: 'unknown_field' },
  { of: commit, at: ['operations', 0, 'data', 'title'], wrong: [null, 1, true, [], {}], code: 'wrong_type' },
  { of: commit, at: ['operations', 0, 'data', 'title'], wrong: [undefined], code: 'model_required_field_missing' },
  { of: commit, at: ['operations', 0, 'data', 'status'], wrong: ['nope', 1, true, [], {}, 'toString'], code: 'wrong_type' },
  { of: commit, at: ['operations', 0, 'data', 'points'], wrong: ['1', 'x', true, [], {}], code: 'wrong_type' },
  { of: commit, at: ['operations', 0, 'data', 'done'], wrong: ['true', 1, 0, [], {}], code: 'wrong_type' },
  { of: commit, at: ['operations', 0, 'data', 'dueAt'], wrong: ['yesterday', '2024-13-01', '2024-01-32T00:00:00Z', true, [], {}, 1e30], code: 'wrong_type' },
  { of: change, at: ['operations', 0, 'readAt'], wrong: noWhole.slice(1), code: 'write_options_invalid' },
  { of: change, at: ['operations', 0, 'onStale'], wrong: ['maybe', '', ...noText.slice(1)], code: 'write_options_invalid' },
  { of: change, at: ['readAt'], wrong: noWhole.slice(1), code: 'write_options_invalid' },
  { of: change, at: ['onStale'], wrong: ['maybe', '', ...noText.slice(1)], code: 'write_options_invalid' },
  { of: change, at: ['reads'], wrong: [...noList, ...[501, 10_000].map((n) => Array.from({ length: n }, () => ({ model: 'tasks', id: 'a', readAt: 0 })))], code: 'write_options_invalid' },
  { of: change, at: ['reads', 0, 'model'], wrong: [undefined, 'task', ...noText], code: 'unknown_model' },
  { of: change, at: ['reads', 0, 'id'], wrong: [undefined, '', long(256), ...noText], code: 'invalid_id' },
  { of: change, at: ['reads', 0, 'readAt'], wrong: [undefined, ...noWhole], code: 'write_options_invalid' },
  { of: change, at: ['reads', 0, 'onStale'], wrong: ['merge', 'force', 'maybe', 1], code: 'write_options_invalid' },
  { of: change, at: ['reads', 0, 'fields'], wrong: noList, code: 'write_options_invalid' },
  { of: change, at: ['reads', 0, 'fields', 0], wrong: ['titel', 1, null, {}], code: 'unknown_field' },
  { of: change, at: ['epoch'], wrong: [1, true, [], {}], code: 'write_options_invalid' },
  { of: change, at: ['basedOn'], wrong: noList, code: 'write_options_invalid' },
  { of: change, at: ['basedOn'], wrong: [[1], [{}], [{ key: 1, attempt: 1 }], [{ key: 'a' }]], code: 'invalid_request' },
  { of: change, at: ['claims'], wrong: [...noList, [1], [{}], [{ id: 1, fence: 1 }]], code: 'write_options_invalid' },
  // query
  { of: query, at: ['request'], wrong: [undefined, ...noWhole], code: 'invalid_request' },
  { of: query, at: ['model'], wrong: [undefined, 'task', 'pg_class', '', ...noText], code: 'unknown_model' },
  { of: query, at: ['where'], wrong: noList, code: 'query_invalid' },
  { of: query, at: ['where', 0], wrong: [1, 'x', {}, [], ['title'], ['title', '='], [1, '=', 1]], code: 'query_invalid' },
  { of: query, at: ['where', 0, 0], wrong: ['titel', 'title"; --', '', 'ctid'], code: 'unknown_field' },
  { of: query, at: ['where', 0, 1], wrong: ['~', '; drop', '', 'OR', 'like or'], code: 'query_unsupported_operator' },
  { of: query, at: ['where', 0, 2], wrong: [1, true, {}], code: 'wrong_type' },
  { of: query, at: ['orderBy'], wrong: noList, code: 'query_invalid' },
  { of: query, at: ['orderBy', 0], wrong: [1, {}, []], code: 'query_invalid' },
  { of: query, at: ['orderBy', 0, 0], wrong: ['titel', 'random()', ''], code: 'unknown_field' },
  { of: query, at: ['orderBy', 0, 1], wrong: ['up', 'asc; drop', ''], code: 'query_invalid' },
  { of: query, at: ['limit'], wrong: noWhole, code: 'query_invalid' },
  { of: query, at: ['offset'], wrong: noWhole, code: 'query_invalid' },
  { of: query, at: ['state'], wrong: ['dead', '', 1, []], code: 'query_invalid' },
  // claims
  { of: ask, at: ['request'], wrong: [undefined, ...noWhole], code: 'invalid_request' },
  { of: ask, at: ['claim'], wrong: [undefined, '', 'x', `${claim}0`, claim.replace('0', 'g'), ...noText], code: 'invalid_request' },
  { of: ask, at: ['model'], wrong: [undefined, 'task', ...noText], code: 'unknown_model' },
  { of: ask, at: ['id'], wrong: [undefined, '', long(256), ...noText], code: 'invalid_id' },
  { of: ask, at: ['ttl'], wrong: [undefined, 0, 99, 86_400_001, 1e9, 'soon', ...noWhole], code: 'duration_invalid' },
  { of: ask, at: ['action'], wrong: [undefined, '', ...noText], code: 'invalid_request' },
  { of: ask, at: ['description'], wrong: [1, true, [], {}], code: 'invalid_request' },
  { of: ask, at: ['fields'], wrong: [...noText, 'title'], code: 'invalid_request' },
  { of: ask, at: ['fields'], wrong: [['titel'], [''], [1], [{}], ['title', null]], code: 'unknown_field' },
  { of: ask, at: ['wait'], wrong: [undefined, null, 1, 'true', [], {}], code: 'invalid_request' },
  { of: ask, at: ['maxQueueDepth'], wrong: [-1, 1.5, 'x', true, [], {}], code: 'invalid_request' },
  { of: ask, at: ['id'], wrong: ['nobody', "' or 1=1", '../../etc'], code: 'entity_not_found' },
  { of: () => ({ type: 'release', request: 1, claim }), at: ['request'], wrong: [undefined, ...noWhole], code: 'invalid_request' },
  { of: () => ({ type: 'release', request: 1, claim }), at: ['claim'], wrong: [undefined, '', 'x', ...noText], code: 'invalid_request' },
  { of: () => ({ type: 'renew', claims: [claim] }), at: ['request'], wrong: noWhole, code: 'invalid_request' },
  { of: () => ({ type: 'renew', claims: [claim] }), at: ['claims'], wrong: [undefined, null, ...noList, Array.from({ length: 1_001 }, () => claim)], code: 'invalid_request' },
  { of: () => ({ type: 'renew', claims: [claim] }), at: ['claims', 0], wrong: ['', 'x', ...noText], code: 'invalid_request' },
];

const beginnings: Place[] = [
  { of: () => hello('@'), at: ['schema'], wrong: [undefined, '', ...noText], code: 'invalid_request' },
  { of: () => hello('@'), at: ['schema'], wrong: ['another', '0000000000000000'], code: 'schema_mismatch' },
  { of: () => hello('@'), at: ['session'], wrong: [undefined, '', long(256), ...noText], code: 'invalid_request' },
  { of: () => hello('@'), at: ['bootstrap'], wrong: [undefined, '', 'all', ...noText], code: 'invalid_request' },
  { of: () => hello('@'), at: ['cursor'], wrong: [...noWhole, 5], code: 'invalid_request' },
  { of: () => ({ ...hello('@'), cursor: 1 }), at: ['epoch'], wrong: [undefined, '', ...noText], code: 'invalid_request' },
  { of: () => hello('@'), at: ['agent'], wrong: [long(256), long(1_000)], code: 'invalid_request' },
];

/** The message with that value in that place; undefined takes away what is there. */
function wrongAt(message: object, at: (string | number)[], value: Json): object {
  const path = [...at];
  const last = path.pop()!;
  let into = message as Record<string | number, unknown>;
  for (const step of path) into = into[step] as typeof into;
  if (value === undefined) delete into[last];
  else into[last] = value;
  return message;
}

function nameOf({ of, at }: Place, value: Json): string {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return `${(of() as { type: string }).type}.${at.join('.')}: ${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown}`;
}

export const messageCases: Case[] = [
  ...places.flatMap((place) =>
    place.wrong.map((value): Case => ({
      name: nameOf(place, value),
      expect: place.code,
      run: (server) => say(server, JSON.stringify(wrongAt(place.of(), place.at, value))),
    })),
  ),
  ...beginnings.flatMap((place) =>
    place.wrong.map((value): Case => ({
      name: nameOf(place, value),
      expect: place.code,
      run: (server) => say(server, JSON.stringify(wrongAt(place.of(), place.at, value)).replace('"@"', JSON.stringify(server.hash)), { greet: false }),
    })),
  ),
  ...[commit, query, ask].map((of): Case => ({
    name: `${(of() as { type: string }).type} before hello`, expect: 'invalid_request', run: (server) => say(server, JSON.stringify(of()), { greet: false }),
  })),
];
