// SPDX-License-Identifier: MIT
//
// The task rows that every library gets, the same in every run, and the plain answer each of its queries must equal.

export const statuses = ['backlog', 'todo', 'in_progress', 'done', 'canceled'];
export const fields = [
  'id', 'title', 'status', 'assignee', 'priority', 'estimate', 'openedAt', 'movedAt', 'done', 'projectId',
]; // prettier-ignore
const start = 1_760_000_000_000;
/** Later than every movedAt. */
export const afterAll = start + 2e9;

/** mulberry32 */
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = (
  'fix the login page crash when session token expires add dark mode toggle to settings migrate billing webhook retry ' +
  'logic improve search ranking for projects write docs onboarding flow'
).split(' ');

const base36 = (number, width) => number.toString(36).padStart(width, '0');
/** 16 characters, in no order. */
export const idOf = (i) => `tsk_${base36((i * 2654435761) % 4294967296, 7)}${base36(i, 5)}`;
const projectOf = (i) => `prj_${String(i).padStart(4, '0')}`;

function row(i, next) {
  const below = (n) => Math.floor(next() * n);
  const title = Array.from({ length: 3 + below(6) }, () => words[below(words.length)]).join(' ');
  const openedAt = start + i * 1000 + below(1000);
  return {
    id: idOf(i),
    title,
    status: statuses[below(5)],
    assignee: `usr_${String(below(50)).padStart(4, '0')}`,
    priority: below(5),
    estimate: Math.round(next() * 1000) / 16,
    openedAt,
    movedAt: start + below(1e9),
    done: next() < 0.3,
    projectId: projectOf(below(200)),
  };
}

/** Rows as they come off a socket: parsed from text, one by one. */
export function generate(count) {
  const next = random(42);
  return Array.from({ length: count }, (_, i) => JSON.parse(JSON.stringify(row(i, next))));
}

/** The query that is measured; of 200 open ones the others have the same shape, each for one project. */
export const target = { status: 'todo', minPriority: 2, limit: 50 };
export const queries = (count) => [
  target,
  ...Array.from({ length: count - 1 }, (_, i) => ({ ...target, projectId: projectOf(i) })),
];

export const matches = (row, { status, minPriority, projectId }) =>
  row.status === status && row.priority >= minPriority && (projectId === undefined || row.projectId === projectId);

/** What a query must answer. */
export function answer(rows, query) {
  const found = [];
  for (const row of rows) if (matches(row, query)) found.push(row);
  return found.sort((a, b) => b.movedAt - a.movedAt).slice(0, query.limit);
}
