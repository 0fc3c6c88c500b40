// SPDX-License-Identifier: MIT
//
// Connection: what the two ways to a Postgres have in common. Answers are text: JSON goes from the database to the hub
// without being read on the way.

/** A function of the database. `name` is what the session keeps its plan under. */
export interface Statement {
  name: string;
  text: string;
}

export type Parameter = string | number | null | readonly string[];

export interface Transaction {
  /** One or more statements without parameters. */
  run(sql: string): Promise<void>;
  /** The first column of the first row; null when there is none. */
  ask(sql: string, parameters?: readonly Parameter[]): Promise<string | null>;
}

export interface Connection {
  ask(statement: Statement, parameters: readonly Parameter[]): Promise<string | null>;
  /** Committed if `work` returns, undone if it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Messages of NOTIFY on a channel, as long as the connection for it stands; it is made again when it breaks. */
  listen?(channel: string, heard: (message: string) => void): () => Promise<void>;
  /** Connections, those nobody uses, and who waits for one. */
  pool?(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}
