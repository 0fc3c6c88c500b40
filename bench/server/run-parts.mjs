// SPDX-License-Identifier: MIT
//
// Runs the parts of a bench one after the other. A part says what it measures: `figures` {name: {min?, max?}} and
// `measure({say, quick})`, which gives the values; a bound that is a name is the value of that name. Progress goes to
// stderr; the last line is the figure as JSON, and the exit is 0 only if it holds.
import { parseArgs } from 'node:util';
import { closeAll } from './place.mjs';

/** `load(name)` gives a part. With `judgesQuick` the bounds hold in a quick run, too. */
export async function runParts({ figure, names, load, judgesQuick = false }) {
  const help = `npm run bench:${figure} -- [--quick] [--only part,part]

  --quick   short measurements, for trying the bench itself${judgesQuick ? '' : ': their bounds are not judged'}
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
      const { figures, measure } = await load(name);
      const measured = await measure({ say, quick: options.quick ?? false });
      Object.assign(values, measured);
      for (const [value, { min, max }] of Object.entries(figures)) {
        const bound = max ?? min;
        const limit = typeof bound === 'string' ? measured[bound] : bound;
        if (limit === undefined) continue;
        bounds[value] = min === undefined ? `<= ${limit}` : `>= ${limit}`;
        const holds = min === undefined ? measured[value] <= limit : measured[value] >= limit;
        if (!holds) missed.push(value);
      }
    }
    const width = Math.max(...Object.keys(values).map((name) => name.length));
    for (const [name, value] of Object.entries(values))
      console.log(`${name.padEnd(width)}  ${String(value).padStart(12)}  ${bounds[name] ?? ''}${missed.includes(name) ? '  MISSED' : ''}`);
    const holds = (options.quick && !judgesQuick) || missed.length === 0;
    console.log(`\n${JSON.stringify({ figure, holds, quick: options.quick, values, bounds, missed })}`);
    await end(holds ? 0 : 1);
  } catch (error) {
    say(error.stack);
    await end(1);
  }
}
