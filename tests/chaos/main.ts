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
    const { summary, violations } = await run(options, say);
    say(`\n${tableOf(summary)}\n`);
    for (const { promise, what } of violations.slice(0, kShown)) console.error(`  ${promise}: ${what}`);
    if (violations.length > kShown) console.error(`  … and ${violations.length - kShown} more`);
    const figure = figureOf(options, summary);
    console.log(JSON.stringify(figure));
    process.exitCode = figure.holds ? 0 : 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
