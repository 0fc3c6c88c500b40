// SPDX-License-Identifier: MIT
//
// The cases of this directory against the package as it is published, with a scripted socket in the server's place.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ConformanceCase, type Case } from './case';

const here = new URL('.', import.meta.url);
const read = (path: string): any => JSON.parse(readFileSync(new URL(path, here), 'utf8'), expanded);
const document = read('schema.json');

for (const file of readdirSync(new URL('cases', here)).sort()) {
  describe(file.replace('.json', ''), () => {
    for (const { name, given, steps = [], expect } of read(`cases/${file}`) as Case[])
      test(name, async () => {
        const run = new ConformanceCase(document, given);
        try {
          await run.start(given);
          for (const step of steps) await run.step(step);
          await run.expect(expect);
        } finally {
          await run.end();
        }
      });
  });
}

/** `{"$repeat": [text, times]}` is that text, so that long values are short to write. */
function expanded(_: string, value: any): unknown {
  return value?.$repeat ? (value.$repeat[0] as string).repeat(value.$repeat[1] as number) : value;
}
