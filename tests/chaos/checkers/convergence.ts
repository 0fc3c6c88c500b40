// SPDX-License-Identifier: MIT
//
// I15: soon after the last fault every client has the rows that Postgres has, and these are what the log adds up to.
import { eventsOf, type Row } from '../event';
import type { Truth } from '../truth';
import { essence, models } from '../workspace';
import { canonical, type Checker } from './violation';

export const kConverged = 5_000;

export const convergence: Checker = (history, truth) => {
  const violations: ReturnType<Checker> = [];
  const wrong = (what: string) => violations.push({ promise: 'I15', what });
  const folded = fold(truth);
  for (const model of models) {
    const difference = firstDifference(model, truth.rows[model] ?? [], folded[model] ?? []);
    if (difference) wrong(`the table and the log differ in ${model}: ${difference}`);
  }
  for (const { session, took, models: shown } of eventsOf(history, 'final')) {
    if (took > kConverged) wrong(`${session} needed ${Math.round(took)} ms`);
    for (const model of models) {
      const difference = firstDifference(model, shown[model] ?? [], truth.rows[model] ?? []);
      if (difference) wrong(`${session} and the table differ in ${model}: ${difference}`);
    }
  }
  return violations;
};

/** What the log adds up to. */
function fold({ log }: Truth): Record<string, Row[]> {
  const rows = new Map<string, { model: string; row: Row }>();
  for (const { kind, model, id, after } of log) {
    if (kind !== 'row') continue;
    if (after) rows.set(`${model}/${id}`, { model, row: after });
    else rows.delete(`${model}/${id}`);
  }
  const folded: Record<string, Row[]> = {};
  for (const { model, row } of rows.values()) (folded[model] ??= []).push(row);
  return folded;
}

function firstDifference(model: string, left: readonly Row[], right: readonly Row[]): string | undefined {
  const texts = (rows: readonly Row[]) => new Set(rows.map((row) => canonical(essence(model, row))));
  const [here, there] = [texts(left), texts(right)];
  const only = [...here].find((text) => !there.has(text)) ?? [...there].find((text) => !here.has(text));
  return only ?? (left.length === right.length ? undefined : `${left.length} rows, ${right.length} rows`);
}
