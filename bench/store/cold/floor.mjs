// SPDX-License-Identifier: MIT
//
// The floor: the rows as JSON, 1,000 in one value, read into a Map and gone through.
import { answer, target } from '../rows.mjs';
import { open } from './kept.mjs';

export async function persist(rows) {
  const chunks = [];
  for (let at = 0; at < rows.length; at += 1000)
    chunks.push([at, new TextEncoder().encode(JSON.stringify(rows.slice(at, at + 1000)))]);
  await (await open('floor')).put(chunks);
}

export async function reopen() {
  const rows = new Map();
  const decoder = new TextDecoder();
  for (const chunk of await (await open('floor')).all())
    for (const row of JSON.parse(decoder.decode(chunk))) rows.set(row.id, row);
  return answer([...rows.values()], target).length;
}
