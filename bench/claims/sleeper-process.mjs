// SPDX-License-Identifier: MIT
//
// An agent with the package's client, in a process that its parent may stop at any moment (SIGSTOP) for longer than its
// claim lasts. It claims, writes and gives back as the guide says.
import { Ablo } from '@abloatai/ablo';
import { answer } from '../server/answers.mjs';
import { schema } from './schema.mjs';

let running = true;
let ended;
const counts = { claimed: 0, refused: {} };

answer({
  start({ url, key, agent, rows }) {
    const ablo = Ablo({ schema, apiKey: key, baseURL: url, agentId: agent, logLevel: 'silent' });
    ended = work(ablo, rows).finally(() => ablo.dispose());
  },
  async end() {
    running = false;
    await ended;
    return counts;
  },
});

async function work(ablo, rows) {
  while (running) {
    const id = `t${1 + Math.floor(Math.random() * rows)}`;
    let claim;
    try {
      claim = await ablo.tasks.claim({ id, ttl: '200ms' });
      counts.claimed++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      claim.signal.throwIfAborted();
      await ablo.tasks.update(id, { title: `under ${claim.claimId}` });
    } catch ({ code }) {
      counts.refused[code] = (counts.refused[code] ?? 0) + 1;
    }
    await claim?.release();
  }
}
