// SPDX-License-Identifier: MIT
//
// The page without `?as=`: pick a name. Open a second window under another name to see the two work together.

import { PersonPicker } from './person-picker';

export function Welcome() {
  return (
    <main className="welcome">
      <h1>
        <span className="mark" aria-hidden="true" />
        Task board
      </h1>
      <p>Who is looking? Open a second window under another name, and edit the same task in both.</p>
      <PersonPicker />
    </main>
  );
}
