// SPDX-License-Identifier: MIT
//
// What a run of tests says: a line a test, under its suites' names; at a failure the reason and the place, once; at the end
// one line that counts: "N passed, N failed". Suites are not counted, the tests in them are; skipped ones are neither.
import { relative } from 'node:path';
import { inspect } from 'node:util';

export default async function* report(source) {
  const names = [];
  let passed = 0;
  let failed = 0;
  for await (const { type, data } of source) {
    if (type === 'test:start') names[data.nesting] = data.name;
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;

    const title = [...names.slice(0, data.nesting), data.name].join(' › ');
    const took = `${Math.round(data.details.duration_ms)} ms`;
    const suite = data.details.type === 'suite';
    if (data.skip !== undefined || data.todo !== undefined) {
      yield `  - ${title} (${data.skip || data.todo || 'skipped'})\n`;
    } else if (type === 'test:pass') {
      if (!suite) yield `  ✔ ${title}  ${took}\n`;
      passed += suite ? 0 : 1;
    } else {
      const error = data.details.error;
      if (error?.failureType === 'subtestsFailed') {
        failed += suite ? 0 : 1;
        continue;
      }
      failed += 1;
      const place = data.file ? relative(process.cwd(), data.file) : ''; // the line is in the stack, where it is right
      yield `  ✖ ${title}  ${took}\n    ${place}\n${reason(error).replace(/^/gm, '    ')}\n`;
    }
  }
  yield `\n${passed} passed, ${failed} failed\n`;

  // What a test leaves running keeps its output open, and Node waits for that for ever. It is a failure of its own.
  setTimeout(() => {
    process.stdout.write(`\nA test left something running.\n\n${passed} passed, ${failed + 1} failed\n`);
    process.exit(1);
  }, 10_000).unref();
}

/** The error itself, without the runner's wrapping and without the runner's and Node's own lines of the stack. */
function reason(error) {
  const cause = error?.cause ?? error;
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
  return text.split('\n').filter((line) => !/^\s+at .*(\(|\s)node:/.test(line)).slice(0, 60).join('\n');
}
