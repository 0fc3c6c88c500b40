// SPDX-License-Identifier: MIT
//
// Intent: what people see of a claim, whether it holds its row or waits in line. The core and the server speak of
// claims in the wire's shape; this is the one place where that shape becomes an Intent.
import type { Intent, WireClaim } from './types';

/** What of a row a claim is for; `field` where it is one. */
export function partOf(fields: readonly string[] | undefined): { field?: string; fields?: readonly string[] } {
  return fields ? { ...(fields.length === 1 && { field: fields[0]! }), fields } : {};
}

export function toIntent(claim: WireClaim): Intent {
  const { id, model, row, fields, status, actor, action, description, meta, position } = claim;
  return Object.freeze({
    object: 'intent',
    id,
    status: status === 'released' ? 'committed' : status,
    target: Object.freeze({ model, type: model, id: row, ...partOf(fields) }),
    action,
    ...(description !== undefined && { description }),
    ...(meta !== undefined && { meta }),
    heldBy: actor.id,
    participantKind: actor.kind === 'user' ? 'human' : (actor.kind as 'agent' | 'system'),
    ...(position !== undefined && { position }),
    ...(claim.createdAt !== undefined && { createdAt: new Date(claim.createdAt) }),
    expiresAt: new Date(claim.expiresAt),
  } satisfies Intent);
}
