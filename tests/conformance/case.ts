// SPDX-License-Identifier: MIT
//
// The cases of this directory (README.md), by topic, and the schema they share.
import { readdirSync, readFileSync } from 'node:fs';

export type Json = any;

export interface Case {
  name: string;
  needs: 'core' | 'server';
  given?: Json;
  steps?: Json[];
  expect: Json;
}

const here = new URL('.', import.meta.url);
const read = (path: string): any => JSON.parse(readFileSync(new URL(path, here), 'utf8'), expanded);

export const document: Json = read('schema.json');

export const topics: { topic: string; cases: Case[] }[] = readdirSync(new URL('cases', here))
  .sort()
  .map((file) => ({ topic: file.replace('.json', ''), cases: read(`cases/${file}`) as Case[] }));

/** `{"$repeat": [what, times]}` is long text, or a list, that is short to write. */
function expanded(_: string, value: any): unknown {
  if (!value?.$repeat) return value;
  const [what, times] = value.$repeat as [unknown, number];
  return typeof what === 'string' ? what.repeat(times) : Array<unknown>(times).fill(what);
}
