// SPDX-License-Identifier: MIT
//
// npm run bench:server: what the server does with a Postgres, beside pgbench and a plain `ws` server in the same run
// (README.md). Progress goes to stderr; the last line is the figure as JSON, and the exit is 0 only if it holds.
import { parseArgs } from 'node:util';
import { closeAll } from './place.mjs';

const names = ['commits', 'lone', 'held', 'fan-out', 'applied', 'stalled', 'neighbours', 'bootstrap', 'embedded', 'foreign'];

const help = `npm run bench:server -- [--quick] [--only part,part]

  --quick   short measurements, for trying the bench itself: their bounds are not judged
  --only    some parts: ${names.join(', ')}`;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (options.help) {
  console.log(help);
  process.exit();
}
const wanted = options.only?.split(',') ?? names;
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}.\n\n${help}`);
  process.exit(1);
}

const say = (text) => process.stderr.write(`${text}\n`);
let ended;
const end = (code) => (ended ??= closeAll().then(() => process.exit(code)));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(130));

try {
  const values = {};
  const bounds = {};
  const missed = [];
  for (const name of wanted) {
    say(`── ${name}`);
    const { figures, measure } = await import(`./parts/${name}.mjs`);
    const measured = await measure({ say, quick: options.quick ?? false });
    Object.assign(values, measured);
    for (const [figure, { min, max }] of Object.entries(figures)) {
      const limit = typeof max === 'string' ? measured[max] : (max ?? min);
      if (limit === undefined) continue;
      bounds[figure] = min === undefined ? `<= ${limit}` : `>= ${limit}`;
      const holds = min === undefined ? measured[figure] <= limit : measured[figure] >= limit;
      if (!holds) missed.push(figure);
    }
  }
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  for (const [name, value] of Object.entries(values))
    console.log(`${name.padEnd(width)}  ${String(value).padStart(12)}  ${bounds[name] ?? ''}${missed.includes(name) ? '  MISSED' : ''}`);
  const holds = options.quick || missed.length === 0;
  console.log(`\n${JSON.stringify({ figure: 'server', holds, quick: options.quick, values, bounds, missed })}`);
  await end(holds ? 0 : 1);
} catch (error) {
  say(error.stack);
  await end(1);
}
