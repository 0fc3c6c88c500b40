// SPDX-License-Identifier: MIT
//
// What a history is made of: one event a line. Whoever records one stands outside of what is tested: beside the
// promises that the client gives out, between it and its socket, beside the database.

export type Row = Record<string, unknown>;

/** What a write is for. The checkers expect something else of each. */
export type Work =
  | 'seed' | 'create' | 'update' | 'delete' | 'several' | 'transfer' | 'increment' | 'append'
  /** Under a claim, in its time or past it; over whatever is claimed; by what a query found; so that it finds nothing. */
  | 'held' | 'late' | 'free' | 'book' | 'close';

/** One entry of the log as a socket was told of it; the row only where all of it is recorded. */
export interface Change {
  seq: number;
  kind: string;
  model: string;
  id: string;
  op: string;
  row?: Row;
}

/** A write was called: what it wants, and of a guarded one what it has seen. */
export interface Invoke {
  kind: 'invoke';
  key: string;
  work: Work;
  operations: number;
  readAt?: number;
  /** What it is written under. */
  claim?: string;
  rows: { model: string; id: string; saw?: number }[];
}

/** The promise of a write settled: confirmed, refused by name, or not known for now. */
export type End = 'ok' | 'fail' | 'info';
type Settled = { [K in End]: { kind: K; key: string; code?: string } }[End];

/** A claim that stands, as a socket was told of it. */
export interface Grant {
  id: string;
  fence: number;
}

/** What a server said of a commit, read off the socket. */
export interface Receipt {
  kind: 'receipt';
  key: string;
  attempt: number;
  status: string;
  seq?: number;
  code?: string;
}

export type Said =
  | Invoke
  | Settled
  | Receipt
  | { kind: 'hello'; cursor?: number }
  | { kind: 'welcome'; start: string; seq: number }
  | { kind: 'loaded'; seq: number }
  | { kind: 'apply'; from: number; to: number; changes: readonly (number | Change)[] }
  | { kind: 'closed'; code: number }
  | { kind: 'granted'; claims: Grant[] }
  /** A client's claim() said so, and `at` is now, in ms since 1970; it gives it back, or it is refused. */
  | { kind: 'held'; claim: string; at: number }
  | { kind: 'let go'; claim: string }
  | { kind: 'unclaimed'; code: string }
  /** Its holder was told that it is over, by a write or by its signal; `at` is now. */
  | { kind: 'told lost'; claim: string; at: number }
  /** Rows that a server answered with; `began` is when it was asked. */
  | { kind: 'read'; began: number; seq: number; model: string; rows: Row[] }
  /** Rows of a client that writes nothing itself, when it had the log up to `seq`. */
  | { kind: 'view'; seq: number; model: string; rows: Row[] }
  /** The log, as a session of its own saw it in one statement: what is behind `after`. */
  | { kind: 'probe'; after: number; min: number; max: number; count: number }
  /** What a client has in the end, when `took` ms have passed since the last fault. */
  | { kind: 'final'; took: number; models: Record<string, Row[]> }
  | { kind: 'fault'; what: string; server?: string };

export type Event = Said & { t: number; session: string };
export type EventOf<K extends Said['kind']> = Extract<Event, { kind: K }>;

export function eventsOf<K extends Said['kind']>(history: readonly Event[], kind: K): EventOf<K>[] {
  return history.filter((event): event is EventOf<K> => event.kind === kind);
}
