// SPDX-License-Identifier: MIT
//
// soak: whether a server's memory stays where it is. `npm run soak -- --help` says what it takes; the last line is
// the figure.
import { parseArgs } from 'node:util';
import { count } from '../options';
import { figureOf } from './figure';
import { soak } from './run';

const kHelp = `npm run soak -- [options]

One real server under hundreds of sockets: steady writes, readers that stop reading, a third of all coming back at once.

  --minutes N    how long                                            (5)
  --sockets N    sockets                                             (200)
  --rate N       writes a second                                     (40)
  --quick        half a minute, 60 sockets; memory is not judged
  --json         only the last line
`;
const [kQuick, kUsual] = [0.5, 5]; // minutes

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
try {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values: asked } = parseArgs({
    options: { minutes: text, sockets: text, rate: text, quick: flag, json: flag, help: { ...flag, short: 'h' } },
  });
  if (asked.help) {
    process.stdout.write(kHelp);
  } else {
    const options = {
      minutes: asked.quick ? kQuick : count('minutes', asked.minutes, kUsual),
      sockets: count('sockets', asked.sockets, asked.quick ? 60 : 200),
      rate: count('rate', asked.rate, 40),
    };
    const values = await soak(options, (line) => asked.json || console.log(line));
    const figure = figureOf(options, values);
    console.log(JSON.stringify(figure));
    process.exitCode = figure.holds ? 0 : 1;
  }
} catch (error) {
  console.error(error);
  console.log(JSON.stringify({ figure: 'soak', holds: false, values: {}, bounds: {} }));
  process.exitCode = 1;
}
