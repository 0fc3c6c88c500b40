// SPDX-License-Identifier: MIT
//
// chaos: kills, and what holds all the same. `npm run chaos -- --help` says what it takes; the last line is the figure.
import { figureOf } from './figure';
import { chaosOptions } from './options';
import { run } from './run';
import { tableOf } from './summary';

const kShown = 20;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
try {
  const asked = chaosOptions(process.argv.slice(2));
  if (asked) {
    const { options, json } = asked;
    const say = (line: string) => json || console.log(line);
    say(`seed ${options.seed}`);
    const outcome = await run(options, say);
    const { summary, violations } = outcome;
    say(`\n${tableOf(summary)}\n`);
    const complain = options.plant ? say : console.error;
    for (const { promise, what } of violations.slice(0, kShown)) complain(`  ${promise}: ${what}`);
    if (violations.length > kShown) complain(`  … and ${violations.length - kShown} more`);
    const figure = figureOf(options, outcome);
    console.log(JSON.stringify(figure));
    process.exitCode = figure.holds ? 0 : 1;
  }
} catch (error) {
  console.error(error);
  console.log(JSON.stringify({ figure: 'chaos', holds: false, values: {}, bounds: {} }));
  process.exitCode = 1;
}
