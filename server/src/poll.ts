// SPDX-License-Identifier: MIT
//
// Poll: how this server learns of what it did not do itself: commits of other servers and of the database's other
// users, a schema pushed elsewhere, a credential revoked. One question at a time; one that fails is asked again at the
// next turn, and said so once.
import type { Outage } from './observe/outage';

/**
 * Runs `work` every `interval` ms, never twice at once; it says whether it asked the database anything. Stops when the
 * function it returns is called.
 */
export function poll(interval: number, outage: Outage, name: string, work: () => Promise<boolean>): () => void {
  let busy = false;
  let failing = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      if (await work()) outage.answered();
      failing = false;
    } catch (error) {
      if (!failing) outage.failed(error, { poll: name });
      failing = true;
    } finally {
      busy = false;
    }
  }, interval);
  return () => clearInterval(timer);
}
