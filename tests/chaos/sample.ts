// SPDX-License-Identifier: MIT
//
// A small history in which everything was kept, with the database it ended in. Tests spoil it, one thing at a time,
// to see that a checker notices.
import type { Change, Event, Row, Said } from './event';
import type { Decision, Entry, Lease, Truth } from './truth';
import { essence, firstRow, seeded } from './workspace';

export interface Sample {
  history: Event[];
  truth: Truth;
}

export function sample(): Sample {
  const rows = new Map<string, { model: string; row: Row }>();
  const log: Entry[] = [];
  const decisions: Decision[] = [];
  const claims: Lease[] = [];
  const history: Event[] = [];

  const at = (t: number, session: string, said: Said) => history.push({ t, session, ...said });
  const logged = (id: string) => ({ actor: { kind: 'agent', id }, tx: String(log.length), at: log.length });
  const enter = (key: string, operations: { op: string; model: string; id: string; data: Row }[]) => {
    for (const [index, { op, model, id, data }] of operations.entries()) {
      const before = rows.get(`${model}/${id}`)?.row ?? null;
      const after = { ...before, id, ...data };
      rows.set(`${model}/${id}`, { model, row: after });
      const session = `session of ${key.split(':')[0]}`;
      const fields = op === 'update' ? Object.keys(data) : null;
      const entry = { model, id, op, before, after, session, key, index, fields };
      log.push({ ...entry, seq: log.length + 1, kind: 'row', ...logged(key.split(':')[0]!) });
    }
    decisions.push({ key, attempt: 1, status: 'confirmed', seq: log.length });
  };
  const update = (model: string, id: string, data: Row) => ({ op: 'update', model, id, data });
  const changes = (from: number, to: number): Change[] =>
    log.slice(from, to).map(({ seq, kind, model, id, op, after }) => ({ seq, kind, model, id, op, row: after! }));
  const all = (model: string) =>
    [...rows.values()].filter((of) => of.model === model).map(({ row }) => essence(model, row));

  enter('seed', Object.entries(seeded).flatMap(([model, ids]) =>
    ids.map((id) => ({ op: 'create', model, id, data: firstRow(model) })),
  ));
  const begin = log.length;
  at(1, 'c', { kind: 'hello' });
  at(2, 'c', { kind: 'welcome', start: 'load', seq: begin });
  at(3, 'c', { kind: 'loaded', seq: begin });

  at(10, 'c', { kind: 'invoke', key: 'c:1', work: 'update', operations: 1, rows: [{ model: 'notes', id: 'note-0' }] });
  enter('c:1', [update('notes', 'note-0', { text: 'c:1', by: 'c' })]);
  at(12, 'c', { kind: 'receipt', key: 'c:1', attempt: 1, status: 'confirmed', seq: begin + 1 });
  at(13, 'c', { kind: 'apply', from: begin, to: begin + 1, changes: [begin + 1] });
  at(13, 'c', { kind: 'ok', key: 'c:1' });

  const saw = [{ model: 'accounts', id: 'account-0', saw: 1_000 }, { model: 'accounts', id: 'account-1', saw: 1_000 }];
  at(20, 'c', { kind: 'invoke', key: 'c:2', work: 'transfer', operations: 2, rows: saw, readAt: begin + 1 });
  enter('c:2', [
    update('accounts', 'account-0', { balance: 990, tag: 'c:2' }),
    update('accounts', 'account-1', { balance: 1_010, tag: 'c:2' }),
  ]);
  at(22, 'c', { kind: 'receipt', key: 'c:2', attempt: 1, status: 'confirmed', seq: begin + 3 });
  at(23, 'c', { kind: 'apply', from: begin + 1, to: begin + 3, changes: [begin + 2, begin + 3] });
  at(23, 'c', { kind: 'ok', key: 'c:2' });
  at(25, 'c', { kind: 'view', seq: begin + 3, model: 'accounts', rows: all('accounts') });
  at(26, 'c', { kind: 'read', began: 24, seq: begin + 3, model: 'accounts', rows: all('accounts') });
  at(27, 'probe', { kind: 'probe', after: begin, min: begin + 1, max: begin + 3, count: 3 });

  at(30, 'c', { kind: 'closed', code: 1006 });
  at(31, 'c', { kind: 'hello', cursor: begin + 3 });
  const counter = [{ model: 'counters', id: 'counter-0' }];
  at(40, 'c', { kind: 'invoke', key: 'c:3', work: 'increment', operations: 1, rows: counter });
  enter('c:3', [update('counters', 'counter-0', { count: 1, tag: 'c:3' })]);
  at(42, 'c', { kind: 'receipt', key: 'c:3', attempt: 1, status: 'confirmed', seq: begin + 4 });
  at(43, 'd', { kind: 'invoke', key: 'd:1', work: 'append', operations: 1, rows: [{ model: 'lists', id: 'list-0' }] });
  enter('d:1', [update('lists', 'list-0', { items: ['d:1'], tag: 'd:1' })]);
  at(44, 'd', { kind: 'receipt', key: 'd:1', attempt: 1, status: 'confirmed', seq: begin + 5 });
  at(45, 'c', { kind: 'apply', from: begin + 3, to: begin + 5, changes: changes(begin + 3, begin + 5) });
  at(45, 'c', { kind: 'ok', key: 'c:3' });
  at(45, 'd', { kind: 'ok', key: 'd:1' });

  const line = (op: string, by: string, id: string, fence?: number) => {
    const seq = log.length + 1;
    const after = { id, actor: { kind: 'agent', id: by }, fence };
    const none = { before: null, fields: null, key: null!, index: null! };
    const target = { kind: 'claim', model: 'tasks', id: 'task-0', session: `session of ${by}` };
    log.push({ ...none, ...target, ...logged(by), seq, op, after });
  };
  const holds = (t: number, by: string, id: string, fence: number) => {
    at(t, by, { kind: 'granted', claims: [{ id, fence }] });
    at(t, by, { kind: 'held', claim: id, at: log.length });
  };
  const task = [{ model: 'tasks', id: 'task-0' }];
  line('grant', 'c', 'claim-c', 1);
  holds(46, 'c', 'claim-c', 1);
  line('queue', 'd', 'claim-d');
  line('queue', 'e', 'claim-e');
  at(46, 'c', { kind: 'invoke', key: 'c:held', work: 'held', operations: 1, rows: task, claim: 'claim-c' });
  enter('c:held', [update('tasks', 'task-0', { title: 'under claim-c c:held' })]);
  at(47, 'c', { kind: 'receipt', key: 'c:held', attempt: 1, status: 'confirmed', seq: log.length });
  at(47, 'c', { kind: 'ok', key: 'c:held' });
  at(47, 'c', { kind: 'let go', claim: 'claim-c' });
  line('release', 'c', 'claim-c');
  line('grant', 'd', 'claim-d', 2);
  holds(48, 'd', 'claim-d', 2);
  at(48, 'c', { kind: 'invoke', key: 'c:late', work: 'late', operations: 1, rows: task, claim: 'claim-c' });
  decisions.push({ key: 'c:late', attempt: 1, status: 'rejected', seq: null });
  at(48, 'c', { kind: 'fail', key: 'c:late', code: 'claim_lost' });
  at(48, 'c', { kind: 'told lost', claim: 'claim-c', at: log.length });
  claims.push({ id: 'claim-c', status: 'released', expiry: log.length + 100 });
  claims.push({ id: 'claim-d', status: 'expired', expiry: log.length });
  line('expire', 'd', 'claim-d');
  line('cancel', 'e', 'claim-e');
  claims.push({ id: 'claim-e', status: 'canceled', expiry: log.length + 100 });

  const seenAt = log.length;
  const booked = [{ model: 'tasks', id: 'd:2' }];
  at(48, 'd', { kind: 'invoke', key: 'd:2', work: 'book', operations: 1, rows: booked, readAt: seenAt });
  enter('d:2', [
    { op: 'create', model: 'tasks', id: 'd:2', data: { title: 'booked', ownerId: 'ann', status: 'open', seenAt } },
  ]);
  at(49, 'd', { kind: 'receipt', key: 'd:2', attempt: 1, status: 'confirmed', seq: log.length });
  at(49, 'd', { kind: 'ok', key: 'd:2' });

  at(50, 'c', { kind: 'invoke', key: 'c:4', work: 'transfer', operations: 2, rows: saw, readAt: begin + 1 });
  decisions.push({ key: 'c:4', attempt: 1, status: 'rejected', seq: null });
  at(51, 'c', { kind: 'receipt', key: 'c:4', attempt: 1, status: 'rejected', code: 'stale_context' });
  at(51, 'c', { kind: 'fail', key: 'c:4', code: 'stale_context' });
  at(52, 'c', { kind: 'invoke', key: 'c:5', work: 'create', operations: 1, rows: [{ model: 'notes', id: 'c:5' }] });
  at(53, 'c', { kind: 'info', key: 'c:5', code: 'commit_no_result' });

  const models = Object.fromEntries(Object.keys(seeded).map((model) => [model, all(model)]));
  at(60, 'c', { kind: 'final', took: 100, models });
  const truth = { log, decisions, claims, rows: models };
  return JSON.parse(JSON.stringify({ history, truth })) as Sample; // nothing is shared
}
