// SPDX-License-Identifier: MIT
//
// Who the page is opened as. A plain link for each: another person is another session.

import { people, type Person } from '../people';
import { Avatar } from './avatar';
import { participant } from './participant';

export function PersonPicker({ me }: { me?: Person }) {
  return (
    <nav className={me ? 'people' : 'people wide'} aria-label="Open the board as">
      {people.map((person) => (
        <a
          key={person.id}
          href={`?as=${person.id}`}
          aria-current={person === me ? 'true' : undefined}
          title={person === me ? `You are ${person.name}` : `Open as ${person.name}`}
          data-testid={`as-${person.id}`}
        >
          <Avatar of={participant(person.id)} size={me ? 'small' : 'large'} />
          <span className={me && person !== me ? 'hidden' : 'name'}>{person.name}</span>
        </a>
      ))}
    </nav>
  );
}
