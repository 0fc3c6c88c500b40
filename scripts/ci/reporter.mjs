// SPDX-License-Identifier: MIT
//
// Node's spec reporter without its statistics, then one line that counts: "N passed, N failed". Suites are not counted, the
// tests in them are; skipped ones are neither.
import { Readable } from 'node:stream';
import { spec as Spec } from 'node:test/reporters';

export default async function* report(source) {
  let passed = 0;
  let failed = 0;

  async function* counted() {
    for await (const event of source) {
      const { type, data } = event;
      const counts = data?.details?.type !== 'suite' && data?.skip === undefined && data?.todo === undefined;
      if (type === 'test:pass' && counts) passed += 1;
      if (type === 'test:fail' && counts) failed += 1;
      if (type === 'test:diagnostic' && data.nesting === 0) continue;
      yield event;
    }
  }

  yield* Readable.from(counted()).compose(new Spec());
  yield `\n${passed} passed, ${failed} failed\n`;
}
