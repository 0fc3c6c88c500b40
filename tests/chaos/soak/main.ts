// SPDX-License-Identifier: MIT
//
// soak: whether a server's memory stays where it is. `npm run soak -- --help` says what it takes; the last line is
// the figure.
import { parseArgs } from 'node:util';
import { count } from '../options';
import { soak } from './run';

const kHelp = `npm run soak -- [options]

One real server under hundreds of sockets: steady writes, readers that stop reading, a third of all coming back at once.

  --minutes N    how long                                            (5)
  --sockets N    sockets                                             (200)
  --rate N       writes a second                                     (40)
  --quick        half a minute, 60 sockets; memory is not judged
  --json         only the last line
`;
const kQuick = 0.5; // minutes
const kJudged = 5; // minutes; before that a process is still warming up

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
      minutes: asked.quick ? kQuick : count('minutes', asked.minutes, kJudged),
      sockets: count('sockets', asked.sockets, asked.quick ? 60 : 200),
      rate: count('rate', asked.rate, 40),
    };
    const values = await soak(options, (line) => asked.json || console.log(line));
    const bounds = {
      gaps: 0, cut: 0, crashes: 0, rejected: 0,
      ...(options.minutes >= kJudged && { slopeMiBPerMinute: 1 }),
    };
    const holds = Object.entries(bounds).every(([name, bound]) => values[name as keyof typeof bounds] <= bound);
    console.log(JSON.stringify({ figure: 'soak', holds, values, bounds }));
    process.exitCode = holds ? 0 : 1;
  }
} catch (error) {
  console.error(error);
  console.log(JSON.stringify({ figure: 'soak', holds: false, values: {}, bounds: {} }));
  process.exitCode = 1;
}
