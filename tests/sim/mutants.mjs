// SPDX-License-Identifier: MIT
//
// npm run sim:mutants: plants one bug after the other in a copy of the sources, and runs the simulator until it finds it. A
// bug that is not found within so many histories means that a fault, a check or a workload is missing. The last line is the
// figure as JSON.
//
//   npm run sim:mutants -- --only 'epoch|basis' --histories 20000     those whose names match, with more patience
//   npm run sim:mutants -- --rare             those that take more patience than that: what histories miss, the core's tests find
//   npm run sim:mutants -- --places           only asks whether each has its place
//   npm run sim:mutants -- --regressions       also prints the history that found each, for regressions.txt
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bugs, rare } from './bugs.mjs';

const root = new URL('../..', import.meta.url).pathname;
const copy = join(root, 'build/mutants');

const { values } = parseArgs({ options: { histories: { type: 'string' }, only: { type: 'string' }, regressions: { type: 'boolean' }, rare: { type: 'boolean' }, places: { type: 'boolean' } } });
const most = Number(values.histories ?? 2000);

/** However it is laid out. */
const placeOf = (text) => {
  const words = text.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(words.join('\\s+'), 'g');
};

/** What the compiler says against it. */
function build(target = 'sim') {
  const built = spawnSync('cmake', ['--build', 'build/dev', '-j2', '--target', target], { cwd: copy, encoding: 'utf8' });
  return built.status === 0 ? '' : built.stdout.slice(-3000);
}

/** Where a test of the core fails, if one does. */
function failedTest() {
  const broken = build('core_tests');
  if (broken) return console.log(broken);
  const ran = spawnSync(join(copy, 'build/dev/core_tests'), ['--abort'], { encoding: 'utf8', maxBuffer: 1 << 27, timeout: 300_000 });
  return /([^/\s]+\.(?:cpp|h):\d+): FAILED/.exec(ran.stdout)?.[1];
}

/** What is there already as it is keeps its time, or all of it would be built again. */
function differs(from, to) {
  return statSync(from).isDirectory() || !existsSync(to) || !readFileSync(from).equals(readFileSync(to));
}

for (const [name, edits] of Object.entries({ ...bugs, ...rare }))
  for (const [file, there] of edits)
    if (readFileSync(join(root, file), 'utf8').match(placeOf(there))?.length !== 1) throw new Error(`${name}: ${file} has no such place, or several:\n${there}`);
if (values.places) process.exit();

mkdirSync(copy, { recursive: true });
for (const part of ['CMakeLists.txt', 'CMakePresets.json', 'wasm', 'tests/sim', 'tests/core', 'tests/fuzz', 'tests/conformance'])
  cpSync(join(root, part), join(copy, part), { recursive: true, filter: differs });
for (const part of ['tests/sim', 'tests/core', 'tests/fuzz'])
  for (const file of readdirSync(join(copy, part))) if (!existsSync(join(root, part, file))) rmSync(join(copy, part, file), { recursive: true }); // it was renamed
// -w: of what a bug leaves unused; without what only a debugger reads it is built in half the time.
const flags = ['-DCMAKE_CXX_FLAGS=-w', '-DCMAKE_CXX_FLAGS_DEBUG=-O1'];
execFileSync('cmake', ['--preset', 'dev', ...flags], { cwd: copy, stdio: 'ignore' });
const unplanted = build();
if (unplanted) throw new Error(`What is here cannot be built:\n${unplanted}`);
const red = values.rare && (build('core_tests') || failedTest());
if (red) throw new Error(`A test of the core fails with nothing planted: ${red}`);

const planted = values.rare ? rare : bugs;
const found = {};
const missed = [];
for (const [name, edits] of Object.entries(planted)) {
  if (values.only && !new RegExp(values.only).test(name)) continue;
  const before = new Map();
  for (const [file, there, instead] of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    writeFileSync(path, text.replace(placeOf(there), () => instead));
  }
  const broken = build();
  const ran = broken ? { stdout: '' } : spawnSync(join(copy, 'build/dev/sim'), ['--histories', String(most)], { encoding: 'utf8', timeout: 300_000 });
  const [, seed, wrong] = /^seed (\d+): (.*)$/m.exec(ran.stdout) ?? [];
  const ofCore = edits.some(([file]) => !file.startsWith('tests/sim/'));
  const test = values.rare && !broken && !seed && ofCore ? failedTest() : undefined;
  if (seed) found[name] = Number(seed);
  else if (test) found[name] = test;
  else missed.push(name);
  const ended = ran.status === 0 || ran.status === 1 ? 'NOT FOUND' : `NOT FOUND: the simulator ended with ${ran.signal ?? ran.status}`;
  console.log(`${name.padEnd(52)} ${seed ? `seed ${seed}: ${wrong.slice(0, 110)}` : test ? `not in ${most} histories; ${test}` : broken ? `CANNOT BE BUILT:\n${broken}` : ended}`);
  if (values.regressions) console.log(`    ${/^--histories.*?(?=  #)/m.exec(ran.stdout) ?? ''}`);
  for (const [path, text] of before) writeFileSync(path, text);
}
console.log(
  JSON.stringify({
    figure: 'sim:mutants',
    holds: missed.length === 0,
    values: { planted: Object.keys(found).length + missed.length, found: Object.keys(found).length, by: found, missed },
    bounds: { missed: [] },
  }),
);
process.exitCode = missed.length === 0 ? 0 : 1;
