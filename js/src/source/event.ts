// SPDX-License-Identifier: MIT
import { sourceError } from './errors';
import type { SourceEvent, SourceOperation } from './types';

/** The event that tells of an operation: for an outbox, or for events() itself. */
export function sourceEventForOperation(input: {
  /** Events are told apart by it: the same event again has the same id. */
  eventId: string;
  operation: SourceOperation;
  /** The row's id, where the operation has none. */
  entityId?: string;
  /** The row after the operation; what the operation wrote, if absent. */
  data?: object;
  /** The commit it came with: the server knows its own by it. */
  clientTxId?: string;
  organizationId?: string;
  /** Milliseconds since 1970, or a Date. */
  occurredAt: number | Date;
}): SourceEvent {
  const { eventId, operation, data = operation.input, clientTxId, organizationId } = input;
  const entityId = input.entityId ?? operation.id ?? operation.input?.['id'];
  const occurredAt = Number(input.occurredAt);
  if (!eventId || !operation.model || typeof entityId !== 'string' || !entityId || !Number.isFinite(occurredAt))
    throw sourceError('source_event_invalid');
  return {
    id: eventId,
    model: operation.model,
    entityId,
    type: operation.type,
    ...(data && operation.type !== 'DELETE' && { data }),
    ...(organizationId !== undefined && { organizationId }),
    ...(clientTxId !== undefined && { clientTxId }),
    occurredAt,
  };
}
