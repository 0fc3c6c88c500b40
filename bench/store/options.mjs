// SPDX-License-Identifier: MIT
//
// What npm run bench:store is asked for, and the runs that follow from it, in order: passes over everybody, so that those
// who are compared have the same stretch of the machine's time.
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';

const peerSize = 100_000;
/** Peers that run in every pass; the others run once. */
const interleaved = ['zero', 'sqljs', 'rxdb'];
const own = ['ablo', 'floor'];

const allPeers = readdirSync(new URL('peers/', import.meta.url)).flatMap(
  (name) => /^(?!sql-store)(.+)\.mjs$/.exec(name)?.[1] ?? [],
);

export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean' }, // ablo and the floor, 10,000 and 100,000 rows, one pass, in Node
      only: { type: 'string' }, // libraries: ablo,floor,zero
      sizes: { type: 'string' }, // numbers of rows: 10000,100000
      passes: { type: 'string' },
      places: { type: 'string' }, // node,chromium
      json: { type: 'string' }, // a file for every figure of every pass
    },
  });
  const list = (text, otherwise) => text?.split(',') ?? otherwise;
  const { quick } = values;
  const only = list(values.only);
  const peers = [...interleaved, ...allPeers.filter((peer) => !interleaved.includes(peer))];
  const options = {
    libraries: only ?? (quick ? own : [...own, ...peers]),
    sizes: list(values.sizes, quick ? ['10000', '100000'] : ['10000', '100000', '1000000']).map(Number),
    passes: Number(values.passes ?? (quick ? 1 : 3)),
    places: list(values.places, quick ? ['node'] : ['node', 'chromium']),
    budget: quick ? 400 : 1000, // ms for the repetitions of one figure
    memoryAtOnce: quick ? 4 : 2, // runs that take memory and do not mind each other
    json: values.json,
  };
  const unknown = options.libraries.find((library) => !own.includes(library) && !peers.includes(library));
  if (unknown) throw new Error(`There is no '${unknown}'; there are ${[...own, ...peers].join(', ')}.`);
  if (![...options.sizes, options.passes].every((number) => Number.isInteger(number) && number > 0))
    throw new Error('--sizes and --passes are whole numbers, 1 or more.');
  return options;
}

export const isPeer = (library) => !own.includes(library);

/** Memory is the same in every pass, so it is measured once. */
export function runsOf({ libraries, sizes, passes, places, budget }) {
  const runs = [];
  for (let pass = 0; pass < passes; pass++)
    for (const place of places)
      for (const size of sizes)
        for (const library of libraries) {
          if (isPeer(library) && (place !== 'node' || size !== peerSize)) continue;
          if (isPeer(library) && pass > 0 && !interleaved.includes(library)) continue;
          const module = isPeer(library) ? `./peers/${library}.mjs` : `./${library}.mjs`;
          for (const what of pass === 0 ? ['memory', 'time'] : ['time'])
            runs.push({ what, pass, place, size, library, module, budget });
        }
  return runs;
}
