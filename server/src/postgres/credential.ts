// SPDX-License-Identifier: MIT
//
// Credential: who the holder of a key is and what it may do. The key's text is never here, only its SHA-256.
import type { Actor } from '../identity/identity';

export interface NewCredential {
  organization: string;
  kind: 'sk' | 'rk' | 'ek' | 'pk';
  /** What may be shown of the key. */
  prefix: string;
  /** SHA-256 of the key, in hex. */
  hash: string;
  /** Without one the credential acts as itself: a system. */
  actor?: Actor;
  onBehalfOf?: Actor;
  groups: readonly string[];
  operations: readonly string[];
  meta?: object;
  /** From now, by the database's clock. Without it the credential lasts until it is revoked. */
  ttlSeconds?: number;
}

export interface Credential {
  id: string;
  organization: string;
  kind: NewCredential['kind'];
  actor: Actor;
  onBehalfOf?: Actor;
  groups: string[];
  operations: string[];
  meta: object;
  /** Milliseconds since 1970. */
  expiresAt?: number;
  revokedAt?: number;
  /** By the database's clock. */
  expired: boolean;
}

/** A key as people see it in a list. */
export interface ListedKey {
  id: string;
  kind: NewCredential['kind'];
  prefix: string;
  name?: string;
  revokedAt?: number;
}
