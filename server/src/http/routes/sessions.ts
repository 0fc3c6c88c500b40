// SPDX-License-Identifier: MIT
//
// POST /auth/ephemeral-keys: a session token for one user, minted by the app's own server with its secret key. The
// browser gets the token and never the key; it lasts at most 15 minutes and belongs to this user in this
// organization.
import type { IncomingMessage } from 'node:http';
import { NamedError } from '../../errors/named-error';
import { mintKey } from '../../identity/key';
import type { Database } from '../../postgres/database';
import type { Call } from '../call';
import type { Routes } from '../router';

const kLongest = 900;

export interface SessionOptions {
  dev: boolean;
  /** Where browsers reach this server, when that is not where the app's server does. */
  publicUrl?: string;
}

export function sessionRoutes(database: Database, options: SessionOptions): Routes {
  const create = async (call: Call) => {
    const { identity, credential } = await call.admission();
    if (credential?.kind !== 'sk') {
      throw new NamedError('permission_denied', 'Session tokens are made with a secret key (sk_…), on a server.');
    }
    const { user, ttlSeconds = kLongest, syncGroups, userMeta } = await call.json();
    const { organization } = identity;
    const id = checkUser(user);
    const key = mintKey('ek', credential.live);
    const made = await database.createCredential({
      organization,
      kind: key.kind,
      prefix: key.prefix,
      hash: key.hash,
      actor: { kind: 'user', id },
      groups: checkGroups(syncGroups, `org:${organization}`),
      operations: ['*'],
      meta: userMeta === undefined ? {} : { userMeta },
      ttlSeconds: checkTtl(ttlSeconds),
    });
    return {
      object: 'session',
      id: made.id,
      token: key.token,
      expiresAt: new Date(made.expiresAt!).toISOString(),
      organizationId: organization,
      participantId: id,
      baseURL: options.publicUrl ?? (options.dev ? addressOf(call.request) : undefined),
    };
  };
  return { 'POST /auth/ephemeral-keys': create, 'POST /ephemeral_keys': create };
}

function addressOf(request: IncomingMessage): string {
  return `http://${request.headers.host}`;
}

function checkUser(user: unknown): string {
  const id = (user as { id?: unknown } | null | undefined)?.id;
  if (typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= 255) return id;
  throw new NamedError('invalid_request', 'user.id must be text of 1 to 255 bytes.');
}

function checkTtl(ttl: unknown): number {
  if (typeof ttl === 'number' && ttl >= 1 && ttl <= kLongest) return ttl;
  throw new NamedError('invalid_request', `ttlSeconds must be a number from 1 to ${kLongest}.`);
}

/** A session sees its organization, whole: groups within it are not there yet, and are not promised. */
function checkGroups(groups: unknown, all: string): string[] {
  if (groups === undefined || (Array.isArray(groups) && groups.length === 1 && groups[0] === all)) return [all];
  throw new NamedError('invalid_request', `syncGroups other than ${all} cannot be given yet: a session sees its whole organization.`);
}
