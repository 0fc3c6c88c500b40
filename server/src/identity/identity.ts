// SPDX-License-Identifier: MIT
//
// Identity: who a request or a socket acts as. It comes from a verified credential and from nothing else; the hub is
// told it once and holds the socket to it. On the loopback of a development server a caller without one is a guest.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NamedError } from '../errors/named-error';
import type { Database } from '../postgres/database';
import { readKey, type KeyKind } from './key';
import { isLoopbackAddress } from './origin';

export const kDefaultOrganization = 'default';

export interface Actor {
  kind: 'user' | 'agent' | 'system';
  id: string;
}

/** What the hub wants to know of a socket (Hub.open in wasm/boundary/module.d.ts). */
export interface Identity {
  organization: string;
  actor: Actor;
  onBehalfOf?: Actor;
  /** The id of its credential: each of its commits asks whether it was revoked. A guest has none. */
  credential?: string;
  /** Where it comes from. */
  address?: string;
  groups: string[];
  operations: string[];
  mayNameAgent: boolean;
  /** Milliseconds since 1970. */
  expiresAt?: number;
}

/** An identity and where it came from: a guest has no credential. */
export interface Admission {
  identity: Identity;
  credential?: { id: string; kind: KeyKind; live: boolean };
}

export async function identify(database: Database, token: string): Promise<Admission> {
  const key = readKey(token);
  const found = key && (await database.identify(key.hash));
  if (!key || !found) throw new NamedError('apikey_invalid');
  if (found.revokedAt) throw new NamedError('apikey_revoked');
  if (found.expired) throw new NamedError('session_expired');
  const { id, organization, actor, onBehalfOf, groups, operations, expiresAt } = found;
  return {
    credential: { id, kind: key.kind, live: key.live },
    identity: {
      organization, actor, onBehalfOf, groups, operations, expiresAt, credential: id, mayNameAgent: key.kind === 'sk',
    },
  };
}

/**
 * Whoever calls a development server from its own machine without a token. The same browser is the same guest after a
 * reload or a restart: its writes are known by their actor and key. A script may name the agent it is; a page may not.
 */
export function guest(request: IncomingMessage): Admission {
  if (!isLoopbackAddress(request.socket.remoteAddress)) throw new NamedError('auth_no_credentials');
  const browser = createHash('sha256').update(request.headers['user-agent'] ?? '').digest('hex');
  return {
    identity: {
      organization: kDefaultOrganization,
      actor: { kind: 'user', id: `guest-${browser.slice(0, 4)}` },
      groups: [`org:${kDefaultOrganization}`],
      operations: ['*'],
      mayNameAgent: request.headers.origin === undefined,
    },
  };
}
