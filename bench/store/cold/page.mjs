// SPDX-License-Identifier: MIT
//
// The page that keeps the rows of one library, and later begins again with them.
import { generate } from '../rows.mjs';

const libraries = {
  ablo: () => import('./ablo.mjs'),
  floor: () => import('./floor.mjs'),
  sqljs: () => import('./sqljs.mjs'),
};

globalThis.persist = async (library, size) => (await libraries[library]()).persist(generate(size));
/** From here, with the library's code loaded, until its first 50 rows are there. */
globalThis.reopen = async (library) => {
  const { reopen } = await libraries[library]();
  const began = performance.now();
  const rows = await reopen();
  return { ms: performance.now() - began, rows };
};
