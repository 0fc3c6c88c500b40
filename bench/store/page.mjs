// SPDX-License-Identifier: MIT
//
// The same runs in a page. `benchBytes` and `benchEmit` come from whoever opened it.
import * as ablo from './ablo.mjs';
import { sleep } from './clock.mjs';
import * as floor from './floor.mjs';
import { measureMemory } from './measure-memory.mjs';
import { measureTime } from './measure-time.mjs';

const libraries = { ablo, floor };

/** The browser does not count WebAssembly's memory, so each one that is made is remembered, for as long as it is used. */
const memories = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate(...args);
  const { exports } = made.instance ?? made;
  for (const value of Object.values(exports))
    if (value instanceof WebAssembly.Memory) memories.push(new WeakRef(value));
  return made;
};
const bytes = async () => {
  const counted = await globalThis.benchBytes(); // after collecting garbage
  return memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), counted);
};

globalThis.run = async (library, size, what, budget) => {
  const emit = (name, value) => globalThis.benchEmit(name, value);
  const settle = async () => {
    await globalThis.benchBytes();
    await sleep(20);
  };
  const measure = what === 'memory' ? measureMemory : measureTime;
  await measure(libraries[library], { size, budget, emit, settle, bytes });
};
