// SPDX-License-Identifier: MIT
//
// A claim as HTTP shows it. It comes as the wire has it (docs/internals/wire.md).

/** `waiting`: how many stand in line for its row. */
export interface Claim {
  id: string;
  model: string;
  row: string;
  fields?: string[];
  status: 'active' | 'queued' | 'released' | 'expired' | 'canceled';
  actor: { kind: string; id: string };
  action: string;
  description?: string;
  meta?: object;
  fence?: number;
  position?: number;
  readAt?: number;
  createdAt: number;
  expiresAt: number;
  waiting?: number;
}

export function stateShape({ id, status, position, fence, readAt, expiresAt }: Claim): object {
  return { id, object: 'claim', status, position, fenceToken: fence, readAt, expiresAt };
}

export function claimShape(claim: Claim): object {
  const { actor, model, row, fields, action, description, meta, createdAt } = claim;
  const target = { model, id: row, ...(fields?.length === 1 && { field: fields[0] }), fields };
  const who = { actor: actor.id, participantKind: actor.kind };
  return { ...stateShape(claim), ...who, target, action, description, meta, createdAt };
}

const kStatus: Partial<Record<Claim['status'], string>> = { active: 'held', queued: 'queued' };

export function heartbeatShape({ id, status, position, expiresAt, waiting }: Claim): object {
  return { claimId: id, status: kStatus[status] ?? 'lost', position, expiresAt, queueDepth: waiting };
}
