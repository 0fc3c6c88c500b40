// SPDX-License-Identifier: MIT
//
// The few icons of the board, drawn on a 16 × 16 grid. Decoration only: the button around one carries the words.

const paths = {
  left: 'M9.5 3.5 5 8l4.5 4.5',
  right: 'M6.5 3.5 11 8l-4.5 4.5',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8',
  plus: 'M8 3.5v9M3.5 8h9',
  lock: 'M5.5 7.5V5.2a2.5 2.5 0 0 1 5 0v2.3M4 7.5h8v5.5H4z',
  spark: 'M8 2.2 9.5 6.5 13.8 8 9.5 9.5 8 13.8 6.5 9.5 2.2 8 6.5 6.5z',
  warn: 'M8 2.8 14 13H2zM8 6.6v2.9M8 11.2v.1',
  tick: 'M3.5 8.5 6.5 11.5 12.5 5',
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
