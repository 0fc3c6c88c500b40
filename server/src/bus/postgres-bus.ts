// SPDX-License-Identifier: MIT
//
// The bus through Postgres: NOTIFY, in a transaction of its own after the one that wrote (inside it, NOTIFY would make all
// commits of the database stand in one line), and a connection that does nothing but LISTEN.
import { randomUUID } from 'node:crypto';
import type { Connection } from '../postgres/connection';
import type { Bus, Heads } from './bus';

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
        const { from, heads } = readHint(payload);
        if (from !== server) heard(heads as Heads); // whoever hears it looks whether it is any
      }),
  };
}

/** NOTIFY is for every role, whatever it says. */
function readHint(payload: string): { from?: unknown; heads?: unknown } {
  try {
    return (JSON.parse(payload) ?? {}) as object;
  } catch {
    return {};
  }
}
