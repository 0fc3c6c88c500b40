// SPDX-License-Identifier: MIT
//
// Some agents who book a task for their owner, each with a client of its own, but only if none of the owner's is open; who
// finds one open closes it.
import { Ablo } from '@abloatai/ablo';
import { answer } from '../server/answers.mjs';
import { schema } from './schema.mjs';

const kRefused = ['stale_context', 'entity_not_found'];
let running = true;
let ended;
let failure;
const told = { confirmed: 0, stale: 0 };

answer({
  start({ agents }) {
    ended = Promise.all(agents.map(work));
    ended.catch((error) => (failure = error));
  },
  told() {
    if (failure) throw failure;
    return told;
  },
  async end() {
    running = false;
    await ended;
    return told;
  },
});

async function work({ url, key, agent, owner }) {
  const ablo = Ablo({ schema, apiKey: key, baseURL: url, agentId: agent, logLevel: 'silent' });
  const where = [['ownerId', '=', owner], ['status', '=', 'open']];
  await ablo.tasks.load({ where });
  while (running) {
    const seen = ablo.snapshot((ablo) => ablo.tasks.getAll({ where }));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20)); // it thinks
    try {
      if (seen.value.length === 0) {
        const booking = { title: 'booked', ownerId: owner, status: 'open', seenAt: seen.stamp };
        await ablo.tasks.create(booking, { snapshot: seen, wait: 'confirmed' });
        told.confirmed++;
      } else {
        await ablo.tasks.update(seen.value[0].id, { status: 'done' }, { wait: 'confirmed' });
      }
    } catch (error) {
      if (!kRefused.includes(error.code)) throw error;
      told.stale += error.code === 'stale_context' ? 1 : 0;
    }
  }
  await ablo.dispose();
}
