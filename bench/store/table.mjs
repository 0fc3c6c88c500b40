// SPDX-License-Identifier: MIT
//
// What a person reads of the runs: one table for each place and size, then one with everybody.
import { figures, merge, ours, ratio, troubles } from './figures.mjs';

const number = (value) => {
  if (typeof value !== 'number') return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
};
const unit = (name) => / ?(ns|us|ms)$/.exec(name)?.[1]?.replace('us', 'µs') ?? 'B';

function lines(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/** A peer that could not open all 200 queries, or answered wrong, is not the best at what comes after. */
const comparable = (values, name) => !/200q/.test(name) || !(values.opened_in_20_s || values.wrong_bulk);

/** `runs`: by library, the passes. Without `boundOf` nothing is bounded. */
export function compare(title, runs, boundOf) {
  const merged = Object.fromEntries(Object.entries(runs).map(([name, passes]) => [name, merge(passes)]));
  const peers = Object.keys(runs).filter((name) => name !== ours && name !== 'floor');
  const head = [
    title,
    ours,
    'floor',
    '× floor',
    ...(boundOf ? ['bound'] : []),
    ...(peers.length ? ['best peer', ''] : []),
  ];
  const rows = Object.entries(figures).map(([name, { what }]) => {
    const bound = boundOf?.(name);
    const best = peers
      .filter((peer) => typeof merged[peer][name] === 'number' && comparable(merged[peer], name))
      .sort((a, b) => merged[a][name] - merged[b][name])[0];
    return [
      `${what}, ${unit(name)}`,
      number(merged[ours]?.[name]),
      number(merged.floor?.[name]),
      number(ratio(runs[ours] ?? [], runs.floor ?? [], name)),
      ...(boundOf ? [bound === undefined ? '' : `≤ ${bound}`] : []),
      ...(peers.length ? [number(merged[best]?.[name]), best ?? ''] : []),
    ];
  });
  return `${lines([head, ...rows])}\n${notes(merged)}`;
}

/** Everybody beside each other: `name` and its figures as columns. */
export function everybody(title, runs) {
  const merged = Object.fromEntries(Object.entries(runs).map(([name, passes]) => [name, merge(passes)]));
  const names = Object.keys(figures).filter(
    (name) => !/_200q_us|cold|subscribed/.test(name) || name === 'change_200q_us',
  );
  const head = [title, ...names.map((name) => name.replace(/_(us|ms|ns)$/, ` $1`)), 'passes'];
  const rows = Object.entries(merged)
    .sort(([, a], [, b]) => (a.bulk_1000_200q_ms ?? Infinity) - (b.bulk_1000_200q_ms ?? Infinity))
    .map(([name, values]) => [name, ...names.map((figure) => number(values[figure])), String(runs[name].length)]);
  return lines([head, ...rows]);
}

function notes(merged) {
  return Object.entries(merged)
    .flatMap(([name, values]) => troubles(values).map(([what, value]) => `  ${name}: ${what}: ${value}\n`))
    .join('');
}
