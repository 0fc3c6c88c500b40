// SPDX-License-Identifier: MIT
//
// Intent: what people see of a claim, whether it holds its row or waits in line. The core and the server speak of
// claims in the wire's shape; this is the one place where that shape becomes an Intent.

/** A claim as the wire has it (docs/internals/wire.md). */
export interface WireClaim {
  id: string;
  model: string;
  row: string;
  status: 'active' | 'queued' | 'released' | 'expired' | 'canceled';
  actor: { kind: string; id: string };
  session?: string;
  action: string;
  description?: string;
  fields?: string[];
  meta?: Record<string, unknown>;
  fence?: number;
  position?: number;
  createdAt?: number;
  expiresAt: number;
  readAt?: number;
}

export interface Intent {
  readonly object: 'intent';
  readonly id: string;
  readonly status: 'active' | 'queued' | 'committed' | 'expired' | 'canceled';
  readonly target: { readonly model: string; readonly type: string; readonly id: string; readonly field?: string; readonly fields?: readonly string[] };
  readonly action: string;
  readonly description?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  /** The id of the actor who holds or waits. */
  readonly heldBy: string;
  readonly participantKind: 'human' | 'agent' | 'system';
  /** The place in the line, from 1; absent for the holder. */
  readonly position?: number;
  readonly createdAt?: Date;
  readonly expiresAt: Date;
}

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
