// SPDX-License-Identifier: MIT
//
// Heartbeat: finds sockets whose other end is gone without a word (a closed laptop, a dead network). Every beat pings
// everybody; whoever said nothing since the beat before is cut off, and so is who talks and does not listen.
import type { Connections } from './connections';

const kBeat = 30_000;

/** Stops when the function it returns is called. */
export function startHeartbeat(connections: Connections, interval = kBeat): () => void {
  const beat = setInterval(() => {
    for (const connection of connections) {
      if (connection.stalled() || !connection.alive) {
        connection.ws.terminate();
        continue;
      }
      connection.alive = false;
      connection.ws.ping();
    }
  }, interval);
  return () => clearInterval(beat);
}
