// SPDX-License-Identifier: MIT
//
// fuzz: feeds the targets of tests/fuzz with new bytes, under AddressSanitizer and UndefinedBehaviorSanitizer. What ends a target
// is left in build/fuzz/findings; its place is then tests/fuzz/corpus/TARGET, under a name that says what was wrong.
//
//   npm run fuzz -- --seconds 300             that long altogether
//   npm run fuzz -- --seconds 60 --target image
//   npm run fuzz -- --seconds 300 --keep      and adds what reaches new code to the committed corpus, as small as it can be
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

process.chdir(new URL('..', import.meta.url).pathname);
const options = { seconds: { type: 'string', default: '60' }, target: { type: 'string' }, keep: { type: 'boolean' } };
const { seconds, target, keep } = parseArgs({ options }).values;
const targets = target ? [target] : readdirSync('tests/fuzz/corpus').sort();
const limits = ['-max_len=4096', '-rss_limit_mb=2048', '-timeout=25'];

const built = spawnSync('bash', ['-c', '. scripts/steps.sh && step "fuzz targets" compile fuzz'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(1);
const findings = 'build/fuzz/findings';
rmSync(findings, { recursive: true, force: true });
mkdirSync(findings, { recursive: true });

const began = Date.now();
let executions = 0;
for (const name of targets) {
  const [found, kept] = [`build/fuzz/corpus/${name}`, `tests/fuzz/corpus/${name}`];
  mkdirSync(found, { recursive: true });
  const time = `-max_total_time=${Math.max(1, Math.floor(Number(seconds) / targets.length))}`;
  const prefix = `-artifact_prefix=${findings}/${name}-`;
  const { stderr } = run(name, [time, prefix, '-print_final_stats=1', '-verbosity=1', found, kept]);
  const count = Number(/number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? /#(\d+)(?!.*#\d)/s.exec(stderr)?.[1] ?? 0);
  executions += count;
  const said = stderr.match(/It does not hold.*|ERROR: .*|runtime error: .*|SUMMARY: .*/g) ?? [];
  console.log(`  ${name.padEnd(8)}${String(count).padStart(10)} executions${said.map((line) => `\n    ${line}`).join('')}`);
  if (keep) replaceCorpus(name, kept, found);
}

/** By what code is reached, and no more. What has a name of its own was a finding, and stays. */
function replaceCorpus(name, kept, found) {
  const least = `build/fuzz/least/${name}`;
  rmSync(least, { recursive: true, force: true });
  mkdirSync(least, { recursive: true });
  run(name, ['-merge=1', '-use_counters=0', least, kept, found]);
  for (const file of readdirSync(kept)) if (/^[0-9a-f]{40}$/.test(file)) rmSync(`${kept}/${file}`);
  for (const file of readdirSync(least)) copyFileSync(`${least}/${file}`, `${kept}/${file}`);
}

function run(name, args) {
  return spawnSync(`build/fuzz/fuzz_${name}`, [...limits, ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
}

const found = readdirSync(findings).sort();
for (const file of found) console.log(`  ${findings}/${file}`);
const values = { executions, findings: found.length, seconds: Math.round((Date.now() - began) / 1000), targets: targets.length };
const holds = found.length === 0 && executions > 0;
console.log(JSON.stringify({ figure: 'fuzz', holds, values, bounds: { findings: 0 } }));
process.exit(holds ? 0 : 1);
