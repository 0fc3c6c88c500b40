// SPDX-License-Identifier: MIT
//
// Limits: how much, how many and how often, all of them, with what they are unless somebody says otherwise. What each means
// and which error it ends in is in docs/reference/limits.md. 0 is no limit, but for those without which nothing would work.
import { NamedError } from './errors/named-error';

export const kLimits = {
  // Of one socket (HubLimits in wasm/core/include/ablo/hub.h).
  commits: 5_000,
  commitBytes: 16 << 20,
  requests: 1_000,
  heldBytes: 16 << 20,
  behindBytes: 1 << 20,
  // Of one organization, and of one actor.
  queuedCommits: 50_000,
  queuedBytes: 64 << 20,
  callsPerOrganization: 6,
  socketsPerOrganization: 10_000,
  claimsPerActor: 1_000,
  // Of this server.
  calls: 8,
  sockets: 20_000,
  socketsPerAddress: 1_000,
  connections: 25_000,
  handshakes: 1_000,
  bodyBytes: 1 << 20,
  headerBytes: 16 << 10,
  // How often a second.
  burstSeconds: 10,
  connectionsPerAddress: 50,
  connectionsPerKey: 1_000,
  requestsPerAddress: 500,
  requestsPerKey: 2_000,
  requestsPerActor: 1_000,
  requestsPerOrganization: 5_000,
  commitsPerActor: 0,
  commitsPerOrganization: 0,
};

export type Limits = typeof kLimits;

/** Those that cannot be more than what is built in. */
const kMost: Partial<Limits> = { bodyBytes: 1 << 20 };

/** Those of which nothing at all would be let through with 0, which no other limit means by it. */
const kNeeded: readonly string[] = [
  'commits', 'commitBytes', 'requests', 'heldBytes', 'behindBytes', 'calls', 'bodyBytes', 'headerBytes', 'burstSeconds',
] satisfies (keyof Limits)[];

export function readLimits(given: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(kLimits, name)) {
      const known = Object.keys(kLimits).join(', ');
      throw new NamedError('invalid_arguments', `There is no limit ${name}. There are ${known}.`);
    }
    const most = kMost[name as keyof Limits] ?? 2 ** 32 - 1;
    const least = kNeeded.includes(name) ? 1 : 0;
    if (typeof value === 'number' && value >= least && value <= most) continue;
    throw new NamedError('invalid_arguments', `The limit ${name} is a number from ${least} to ${most}, not ${value}.`);
  }
  return { ...kLimits, ...given };
}

/** As they are typed: `sockets=500,commitsPerOrganization=100`. */
export function parseLimits(text: string): Limits {
  const parts = text.split(',').map((item) => item.trim()).filter((item) => item !== '');
  return readLimits(Object.fromEntries(parts.map((part) => {
    const [name = '', value = ''] = part.split('=', 2);
    return [name, value === '' ? NaN : Number(value)];
  })));
}
