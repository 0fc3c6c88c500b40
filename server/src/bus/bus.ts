// SPDX-License-Identifier: MIT
//
// Bus: how servers on one database tell each other that a log has grown, so that nobody waits for the next poll. What goes
// over it are hints: they may be lost, late or doubled, because the poll of the heads is the truth
// (docs/internals/servers.md). Postgres carries them unless startServer() is given another bus.

/** How far logs have grown, by organization. */
export type Heads = Record<string, number>;

/** Everybody who may use the database may write on its channel, so what came is looked at before it is believed to be one. */
export function isHeads(told: unknown): told is Heads {
  return typeof told === 'object' && told !== null && !Array.isArray(told) && Object.values(told).every(Number.isFinite);
}

export interface Bus {
  /** Settles when the hints are on their way, or failed to be: nobody is told of that. */
  tell(heads: Heads): Promise<void>;
  /** Calls `heard` with what the others told from now on. Stops when the function it gives is called. */
  listen(heard: (heads: Heads) => void): () => Promise<void>;
}
