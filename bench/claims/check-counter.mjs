// SPDX-License-Identifier: MIT
//
// What a log says of a counter that is only counted up: each entry is one more than the one before it. Reads no code of the
// product.

/** `lost`: entries that did not count on from the one before them. */
export function checkCounter(entries, id) {
  let n = 0;
  let increments = 0;
  const lost = [];
  for (const { seq, kind, model, id: row, op, before, after } of entries) {
    if (kind !== 'row' || model !== 'counters' || row !== id) continue;
    if (op === 'update') {
      increments++;
      if (after.n !== n + 1 || before.n !== n) lost.push(`${seq}: ${before.n} → ${after.n} after ${n}`);
    }
    n = after.n;
  }
  return { n, increments, lost };
}
