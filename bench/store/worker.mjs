// SPDX-License-Identifier: MIT
//
// One library, one number of rows, in a process of its own: worker.mjs MODULE SIZE time|memory BUDGET. A line of JSON for
// each figure.
import { measureMemory } from './measure-memory.mjs';
import { measureTime } from './measure-time.mjs';
import { sleep } from './clock.mjs';

const [path, size, what, budget] = process.argv.slice(2);
const emit = (name, value) => process.stdout.write(`${JSON.stringify([name, value])}\n`);

async function settle() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await sleep(10);
  }
}

async function bytes() {
  await settle();
  const { heapUsed, external } = process.memoryUsage(); // WebAssembly's memory is external
  return heapUsed + external;
}

// Some peers reject promises that nobody can reach when a write is taken back.
process.on('unhandledRejection', (thrown) => console.error('unhandled:', thrown));

const measure = what === 'memory' ? measureMemory : measureTime;
await measure(await import(path), { size: Number(size), budget: Number(budget), emit, settle, bytes });
emit('done', true);
process.exit(0);
