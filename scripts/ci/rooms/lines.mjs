// SPDX-License-Identifier: MIT
//
// How large each room is. Blank lines count nowhere; a line that holds code and a comment is code; generated files are not
// counted at all.

const under = (...folders) => ({ path }) => folders.some((folder) => path.startsWith(folder));

export const rooms = [
  { name: 'wasm/core', source: under('wasm/core/'), tests: under('tests/core/', 'tests/simulation/', 'tests/fuzz/') },
  { name: 'wasm/boundary', source: under('wasm/boundary/'), tests: () => false },
  { name: 'js', source: under('js/src/'), tests: under('tests/js/') },
  { name: 'react', source: under('react/src/'), tests: under('tests/react/') },
  { name: 'server', source: under('server/src/'), tests: under('tests/server/') },
  { name: 'cli', source: under('cli/src/'), tests: under('tests/cli/') },
  { name: 'examples', source: under('examples/', 'bench/'), tests: under('tests/e2e/', 'tests/bench/') },
  { name: 'scripts', source: under('scripts/'), tests: under('tests/packaging/', 'tests/docs/', 'tests/support/') },
];

/** js without types, adapters and source helpers: what must stay thin. */
export const thinJs = (file) =>
  file.path.startsWith('js/src/') && !/^js\/src\/(source|ai|storage)\/|(\/|-)types\.ts$|\.d\.ts$/.test(file.path);

export function counted(files) {
  const total = { files: 0, code: 0, comment: 0 };
  for (const { path, lines, generated } of files) {
    if (generated) continue;
    total.files += 1;
    const lineComment = path.endsWith('.sql') ? '--' : '//';
    let inBlock = false;
    for (const line of lines) {
      const text = line.trim();
      if (text === '') continue;
      const starts = text.startsWith('/*');
      if (inBlock || starts || text.startsWith(lineComment)) total.comment += 1;
      else total.code += 1;
      if (inBlock || starts) inBlock = !text.includes('*/');
    }
  }
  return total;
}
