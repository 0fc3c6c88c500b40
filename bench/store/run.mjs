// SPDX-License-Identifier: MIT
//
// npm run bench:store: what the local store costs, beside the floor and what a user could pick instead (README.md).
// Progress goes to stderr, tables to stdout; the last line is the figure as JSON, and the exit is 0 only if it holds.
import { writeFileSync } from 'node:fs';
import { boundsAt, judge, ours } from './figures.mjs';
import { openChromium } from './in-chromium.mjs';
import { endRuns, runInNode } from './in-node.mjs';
import { isPeer, readOptions, runsOf } from './options.mjs';
import { installPeers } from './peers.mjs';
import { compare, everybody } from './table.mjs';

const say = (text) => process.stderr.write(`${text}\n`);

let chromium;
let ended;
/** Nothing is left running, whichever way it ends. */
const end = (code) =>
  (ended ??= (async () => {
    endRuns();
    await chromium?.close().catch(() => {});
    process.exit(code);
  })());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(130));

/** Figures by place, size and library: one object a pass. */
const results = {};

async function run(plan) {
  const { what, pass, place, size, library } = plan;
  const began = Date.now();
  const figures = await (place === 'node' ? runInNode(plan) : chromium.run(plan));
  if (ended) return;
  const passes = (((results[place] ??= {})[size] ??= {})[library] ??= []);
  passes[pass] = { ...passes[pass], ...figures };
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  say(`pass ${pass + 1}, ${place}, ${size.toLocaleString('en')} rows: ${library}, ${what} ${seconds} s`);
}

async function runAtOnce(count, plans) {
  const left = [...plans];
  const work = async () => {
    while (left.length > 0 && !ended) await run(left.shift());
  };
  await Promise.all(Array.from({ length: count }, work));
}

function tables() {
  for (const [place, sizes] of Object.entries(results))
    for (const [size, runs] of Object.entries(sizes)) {
      const title = `${Number(size).toLocaleString('en')} rows, ${place === 'node' ? 'Node' : 'Chromium'}`;
      console.log(`\n${compare(title, runs, place === 'node' ? boundsAt(size) : undefined)}`);
      if (Object.keys(runs).some(isPeer)) console.log(`\n${everybody(title, runs)}`);
    }
}

try {
  const options = readOptions(process.argv.slice(2));
  const plans = runsOf(options);
  if (plans.some(({ library }) => isPeer(library))) installPeers();
  if (options.places.includes('chromium')) chromium = await openChromium();
  await runAtOnce(
    options.memoryAtOnce,
    plans.filter(({ what }) => what === 'memory'),
  );
  await runAtOnce(
    1,
    plans.filter(({ what }) => what === 'time'),
  );
  if (!ended) {
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ options, results }, null, 1)}\n`);
    tables();
    const ofOurs = Object.entries(results.node ?? {}).flatMap(([size, runs]) =>
      runs[ours] ? [[size, runs[ours]]] : [],
    );
    const figure = judge(Object.fromEntries(ofOurs));
    console.log(`\n${JSON.stringify(figure)}`);
    await end(figure.holds ? 0 : 1);
  }
} catch (thrown) {
  if (!ended) say(thrown.message);
  await end(2);
}
