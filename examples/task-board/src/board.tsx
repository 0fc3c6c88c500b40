// SPDX-License-Identifier: MIT
//
// The whole page: who is looking and how the connection is on top, three columns below.

import type { Person } from '../people';
import { Column } from './column';
import { ConnectionBadge } from './connection-badge';
import { FillButton } from './fill-button';
import { PersonPicker } from './person-picker';
import { columns } from './task';

export function Board({ me }: { me: Person }) {
  return (
    <>
      <header className="top">
        <h1>
          <span className="mark" aria-hidden="true" />
          Task board
        </h1>
        <ConnectionBadge />
        <span className="space" />
        <FillButton />
        <PersonPicker me={me} />
      </header>
      <main className="columns">
        {columns.map(({ status, name }) => (
          <Column key={status} status={status} name={name} />
        ))}
      </main>
    </>
  );
}
