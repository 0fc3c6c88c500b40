// SPDX-License-Identifier: MIT
//
// The bus through Postgres: NOTIFY, in a transaction of its own after the one that wrote (inside it, NOTIFY would make all
// commits of the database stand in one line), and a connection that does nothing but LISTEN.
import { randomUUID } from 'node:crypto';
import type { Connection } from '../postgres/connection';
import { isHeads, type Bus, type Heads } from './bus';

export type Listener = Connection & Required<Pick<Connection, 'listen'>>;

export function postgresBus(connection: Listener): Bus {
  const server = randomUUID(); // what it tells comes back to it
  const tell = { name: 'ablo.hint', text: 'select ablo.hint($1, $2)::text' };
  return {
    async tell(heads) {
      await connection.ask(tell, [server, JSON.stringify(heads)]).catch(() => {});
    },
    listen: (heard) =>
      connection.listen('ablo_heads', (payload) => {
        const hint = readHint(payload);
        if (hint && hint.from !== server) heard(hint.heads);
      }),
  };
}

/** Nothing, if it is no hint: NOTIFY is for every role, whatever it says. */
function readHint(payload: string): { from: string; heads: Heads } | undefined {
  let told: unknown;
  try {
    told = JSON.parse(payload);
  } catch {
    return undefined;
  }
  const { from, heads } = (told ?? {}) as { from?: unknown; heads?: unknown };
  return typeof from === 'string' && isHeads(heads) ? { from, heads } : undefined;
}
