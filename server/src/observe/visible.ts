// SPDX-License-Identifier: MIT
//
// What others wrote (ids, names of actors, what a claim is for) as a terminal may show it: what would move its cursor, colour or
// turn around its text or begin a line is shown as it would be written in a program.

// Controls of ASCII and Latin-1, line and paragraph separators, and what changes the direction of text.
const commanding = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export function visible(text: string): string {
  return text.replace(commanding, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}
