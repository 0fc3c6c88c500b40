// SPDX-License-Identifier: MIT
//
// The people who can open the demo board. A real app has a login instead; the board has a row of names.

export interface Person {
  id: string;
  name: string;
  /** Degrees on the colour wheel. */
  hue: number;
}

export const people: Person[] = [
  { id: 'ada', name: 'Ada', hue: 265 },
  { id: 'grace', name: 'Grace', hue: 350 },
  { id: 'edsger', name: 'Edsger', hue: 200 },
  { id: 'katherine', name: 'Katherine', hue: 145 },
];

export function personOf(id: string | null): Person | undefined {
  return people.find((person) => person.id === id);
}
