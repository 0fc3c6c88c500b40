// SPDX-License-Identifier: MIT
//
// npm run sim:coverage: which lines of the core's decisions the histories of the simulator run through. The last line is the
// figure as JSON.
//
//   npm run sim:coverage -- --histories 1000 --lines     also names the lines that were not reached
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const build = join(root, 'build/coverage');
const decisions = /^wasm\/core\/src\/(session|hub|writes|coordination)\//;
const bound = 95;

const { values } = parseArgs({ options: { histories: { type: 'string', default: '300' }, lines: { type: 'boolean' } } });
const run = (command, args) => execFileSync(command, args, { cwd: root, maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] });

function filesUnder(directory, ending) {
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(directory, file));
}

run('cmake', ['--preset', 'dev', '-B', build, '-DCMAKE_CXX_FLAGS=--coverage', '-DCMAKE_CXX_FLAGS_DEBUG=-O0']);
run('cmake', ['--build', build, '-j2', '--target', 'sim']);
for (const old of filesUnder(build, '.gcda')) rmSync(old);
run(join(build, 'sim'), ['--histories', values.histories]);

/** Of each file, which of its lines were reached. A header is seen from several sides. */
const files = new Map();
for (const data of filesUnder(join(build, 'CMakeFiles/ablo_core.dir'), '.gcda')) {
  const report = JSON.parse(run('gcov', ['--json-format', '--stdout', data]));
  for (const { file, lines } of report.files) {
    const name = file.replace(root, '');
    if (!decisions.test(name)) continue;
    const reached = files.get(name) ?? new Map();
    for (const { line_number, count } of lines) reached.set(line_number, reached.get(line_number) || count > 0);
    files.set(name, reached);
  }
}

/** "3, 7–9" */
function spans(numbers) {
  const all = [];
  for (const number of numbers) {
    if (all.at(-1)?.[1] === number - 1) all.at(-1)[1] = number;
    else all.push([number, number]);
  }
  return all.map(([from, to]) => (from === to ? from : `${from}–${to}`)).join(', ');
}

function summary(names) {
  let covered = 0;
  let lines = 0;
  const each = {};
  for (const name of names) {
    const reached = [...files.get(name)].sort(([a], [b]) => a - b);
    const missed = reached.filter(([, was]) => !was).map(([line]) => line);
    console.log(`${name.padEnd(48)} ${String(reached.length - missed.length).padStart(4)} of ${reached.length}`);
    if (values.lines && missed.length > 0) console.log(`    not ${spans(missed)}`);
    each[name.slice('wasm/core/src/'.length)] = `${reached.length - missed.length}/${reached.length}`;
    covered += reached.length - missed.length;
    lines += reached.length;
  }
  return { lines: `${covered}/${lines}`, percent: Math.floor((1000 * covered) / lines) / 10, files: each };
}

const { lines, percent, files: each } = summary([...files.keys()].sort());
console.log(
  JSON.stringify({
    figure: 'sim:coverage',
    holds: percent >= bound,
    values: { histories: Number(values.histories), lines, percent, files: each },
    bounds: { percent: bound },
  }),
);
process.exitCode = percent >= bound ? 0 : 1;
