// SPDX-License-Identifier: MIT
//
// Some writers who count one row up, each with a client of its own: with a function of the row, or guarded by what was read.
import { Ablo } from '@abloatai/ablo';
import { answer } from '../server/answers.mjs';
import { schema } from './schema.mjs';

const id = 'c1';
const options = { wait: 'confirmed', timeout: '15m' }; // one of sixteen may have to try for long

const ways = {
  function: (ablo) => ablo.counters.update(id, ({ n }) => ({ n: n + 1 }), options),
  readAt(ablo) {
    const { stamp, counters } = ablo.snapshot({ counters: id });
    return ablo.counters.update(id, { n: counters[id].n + 1 }, { ...options, readAt: stamp });
  },
};
const kAgain = ['stale_context', 'contention_exhausted', 'row_locked'];

answer({
  /** Its writers count up so often together; what came of it, as they were told. */
  async count({ writers, increments }) {
    const told = { confirmed: 0, again: 0, locked: 0 };
    let left = increments;
    await Promise.all(writers.map(async ({ url, key, agent, way }) => {
      const ablo = Ablo({ schema, apiKey: key, baseURL: url, agentId: agent, logLevel: 'silent' });
      await ablo.counters.load({ where: { id } });
      while (left > 0) {
        left--;
        try {
          await ways[way](ablo);
          told.confirmed++;
        } catch (error) {
          if (!kAgain.includes(error.code)) throw new Error(`${agent}, by ${way}: ${error.code}`, { cause: error });
          told.again++;
          if (error.code === 'row_locked') told.locked++;
          left++;
        }
      }
      await ablo.dispose();
    }));
    return told;
  },
});
