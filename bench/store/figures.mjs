// SPDX-License-Identifier: MIT
//
// The figures, in the order of the table: what each is called, and what it may be at most for Ablo in Node
// (100,000 rows unless said).
import { median } from './clock.mjs';

export const figures = {
  load_ms: { what: 'load the workspace', bound: 60 },
  bytes_row: { what: 'memory a row, none read', bound: 200 },
  bytes_row_1000_read: { what: '… 1,000 read', bound: 200 },
  bytes_row_all_read: { what: '… all read once', bound: 200 },
  bytes_row_subscribed: { what: '… all subscribed to' },
  bytes_row_released: { what: '… the subscribers gone' },
  point_read_ns: { what: 'read a row again', bound: 450 },
  point_read_cold_ns: { what: 'read a row first' },
  first_result_ms: { what: 'first result: filter, order, limit 50', bound: 0.7 },
  first_result_cold_ms: { what: '… the very first query' },
  change_1q_us: { what: 'change → notified, 1 query', bound: 40 },
  change_200q_us: { what: 'change → notified, 200 queries', bound: 60 },
  change_200q_all_us: { what: '… all 200 done' },
  optimistic_us: { what: 'optimistic write → notified', bound: 45 },
  confirm_us: { what: '… confirmed', bound: 15 },
  rollback_us: { what: '… rolled back → notified', bound: 30 },
  optimistic_200q_us: { what: 'optimistic write, 200 queries' },
  confirm_200q_us: { what: '… confirmed' },
  rollback_200q_us: { what: '… rolled back → notified' },
  bulk_1000_200q_ms: { what: '1,000 changes, 200 queries notified', bound: 25 },
  open_200_ms: { what: 'open 200 queries', bound: 150 },
  count_first_ms: { what: 'count, first' },
  count_change_us: { what: 'count, one change', bound: 40 },
  restore_ms: { what: 'restore from an image in memory', bound: 15 },
};

/** What ours may be at most at a size, by the figure's name; undefined where nothing is. */
const bounds = { 100_000: (name) => figures[name].bound, 1_000_000: (name) => ({ restore_ms: 150 })[name] };
export const boundsAt = (size) => bounds[size];

export const ours = 'ablo';
const isTrouble = (name) => /^(wrong|error|unfinished)_|^opened_in_20_s$/.test(name);

/** Passes of one library at one size as one: medians, and what went wrong in any of them. */
export function merge(runs) {
  const merged = {};
  for (const name of new Set(runs.flatMap(Object.keys))) {
    const values = runs.map((run) => run[name]).filter((value) => value !== undefined && value !== null);
    merged[name] = typeof values[0] === 'number' ? median(values) : values[0];
  }
  return merged;
}

export const troubles = (merged) => Object.entries(merged).filter(([name]) => isTrouble(name));

/** The median over passes of ours divided by theirs, so that both had the same machine. */
export function ratio(runs, others, name) {
  const ratios = runs.flatMap((run, pass) => {
    const [a, b] = [run[name], others[pass]?.[name]];
    return typeof a === 'number' && b > 0 ? [a / b] : [];
  });
  return median(ratios);
}

const round = (value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : (value ?? null));

/** The last line. `runs` are the passes of Ablo in Node by size; a bound on what was not measured does not hold. */
export function judge(runs) {
  const values = {};
  const bounds = {};
  for (const [size, passes] of Object.entries(runs)) {
    const merged = merge(passes);
    const suffix = { 100_000: '', 1_000_000: '_1m' }[size] ?? `_${size}`;
    for (const name of Object.keys(figures)) {
      values[name + suffix] = round(merged[name]);
      const bound = boundsAt(size)?.(name);
      if (bound !== undefined) bounds[name + suffix] = bound;
    }
    const wrong = troubles(merged).length + (merged.same_object === false ? 1 : 0);
    [values[`wrong${suffix}`], bounds[`wrong${suffix}`]] = [wrong, 0];
  }
  const kept = ([name, bound]) => values[name] !== null && values[name] <= bound;
  const holds = Object.keys(bounds).length > 0 && Object.entries(bounds).every(kept);
  return { figure: 'store', holds, values, bounds };
}
