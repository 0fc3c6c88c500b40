// SPDX-License-Identifier: MIT
//
// The same runs in a page. `benchBytes` and `benchEmit` come from whoever opened it.
import * as ablo from './ablo.mjs';
import { sleep } from './clock.mjs';
import * as floor from './floor.mjs';
import { measureMemory } from './measure-memory.mjs';
import { measureTime } from './measure-time.mjs';

const libraries = { ablo, floor };

globalThis.run = async (library, size, what, budget) => {
  const emit = (name, value) => globalThis.benchEmit(name, value);
  const settle = async () => {
    await globalThis.benchBytes();
    await sleep(20);
  };
  const measure = what === 'memory' ? measureMemory : measureTime;
  await measure(libraries[library], { size, budget, emit, settle, bytes: globalThis.benchBytes });
};
