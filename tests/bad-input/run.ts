// SPDX-License-Identifier: MIT
//
// What a server makes of bad input: sockets and HTTP are fed with cases, each of which has to end in its own named error,
// while the server goes on serving, does not grow and does not stand still. The last line is the figure as JSON; exit 0 only
// if it holds.
//
//   npm run bad-input -- [--cases N] [--seed S] [--quick]     1,000 cases, or 300
import { parseArgs } from 'node:util';
import { feed } from './figure';

const { values } = parseArgs({
  options: { cases: { type: 'string' }, seed: { type: 'string', default: '1' }, quick: { type: 'boolean', default: false } },
});
const cases = Number(values.cases ?? (values.quick ? 300 : 1_000));
const figure = await feed({ cases, seed: Number(values.seed) }, (line) => console.log(`  ${line}`));
console.log(JSON.stringify(figure));
process.exit(figure.holds ? 0 : 1);
