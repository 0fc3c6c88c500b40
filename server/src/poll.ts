// SPDX-License-Identifier: MIT
//
// Poll: how this server learns of what it did not do itself: commits of other servers and of the database's other
// users, a schema pushed elsewhere, a credential revoked. One question at a time; a failing database is asked again
// at the next turn, and said so once.
import type { Logger } from './observe/log';

/** Runs `work` every `interval` ms, never twice at once. Stops when the function it returns is called. */
export function poll(interval: number, log: Logger, name: string, work: () => Promise<void>): () => void {
  let busy = false;
  let failing = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      await work();
      if (failing) log.info({ poll: name }, 'the database answers again');
      failing = false;
    } catch (error) {
      if (!failing) log.error({ poll: name, err: error }, 'the database does not answer');
      failing = true;
    } finally {
      busy = false;
    }
  }, interval);
  return () => clearInterval(timer);
}
