// SPDX-License-Identifier: MIT
//
// The shapes of coordination: a claim on the wire, what people see of it, and how they ask. Nothing here exists at run time.
import type { Row } from '../core/rows';
import type { Duration } from '../duration';

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
  /** Unless it was renewed since: who holds it keeps it, and that is not told. */
  readonly expiresAt: Date;
}

export interface IntentFilter {
  /** The model. `resource` is another name. */
  model?: string;
  resource?: string;
  id?: string;
  field?: string;
}

export interface WaitOptions {
  /** `model_claimed_timeout` when it is over. */
  timeout?: Duration;
  signal?: AbortSignal;
}

export interface SnapshotChange {
  readonly model: string;
  readonly id: string;
  /** `metadata`: only fields like updatedAt changed. */
  readonly severity: 'semantic' | 'metadata';
}

/** The rows of each model that was asked for, by id. */
type SnapshotRows = Readonly<Record<string, Readonly<Record<string, Row>>>>;

export type Snapshot<R = SnapshotRows> = {
  /** Everything up to here was seen. Give it to a write as `readAt`. */
  readonly stamp: number;
  /** Aborted at the first change of a captured row by somebody else. */
  readonly signal: AbortSignal;
  onChange(listener: (change: SnapshotChange) => void): () => void;
} & R;
