// SPDX-License-Identifier: MIT
//
// Whoever writes: one of the people, or an agent. Agents get a colour of their own from their name.

import { personOf } from '../people';

export interface Participant {
  name: string;
  hue: number;
  agent: boolean;
}

export function participant(id: string, kind?: string): Participant {
  const person = kind === 'agent' ? undefined : personOf(id);
  if (person) return { name: person.name, hue: person.hue, agent: false };
  return { name: id, hue: hueOf(id), agent: kind === 'agent' };
}

function hueOf(text: string): number {
  let hue = 20;
  for (const letter of text) hue = (hue * 31 + letter.codePointAt(0)!) % 360;
  return hue;
}
