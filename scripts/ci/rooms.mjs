// SPDX-License-Identifier: MIT
//
// The rooms: who may know whom (arrows.mjs), and how large each is (lines.mjs). Exits 0 only if all arrows and bounds hold;
// the last line says so as JSON.
//
//   npm run rooms
import { wrongArrows } from './rooms/arrows.mjs';
import { counted, rooms, thinJs } from './rooms/lines.mjs';
import { sourceFiles } from './rooms/files.mjs';

const bounds = { js: 2500, react: 500, wrongArrows: 0 };

const files = sourceFiles();
const wrong = wrongArrows(files);
for (const { path, line, text } of wrong) console.log(`${path}:${line}: ${text}`);

const right = (text, width) => String(text).padStart(width);
console.log(`${'room'.padEnd(12)}${right('files', 7)}${right('code', 8)}${right('comment', 9)}${right('tests', 8)}`);
for (const { name, source, tests } of rooms) {
  const code = counted(files.filter(source));
  const test = counted(files.filter(tests));
  console.log(`${name.padEnd(12)}${right(code.files, 7)}${right(code.code, 8)}${right(code.comment, 9)}${right(test.code, 8)}`);
}

console.log('\nthe ten longest source files, in lines');
const sources = files.filter((file) => !file.generated && !file.path.startsWith('tests/'));
for (const file of sources.sort((a, b) => b.lines.length - a.lines.length).slice(0, 10))
  console.log(`${right(file.lines.length, 6)}  ${file.path}`);

const values = {
  js: counted(files.filter(thinJs)).code,
  react: counted(files.filter(({ path }) => path.startsWith('react/src/'))).code,
  wrongArrows: wrong.length,
};
const holds = Object.entries(bounds).every(([name, bound]) => values[name] <= bound);
console.log(`\n${JSON.stringify({ figure: 'rooms', holds, values, bounds })}`);
process.exit(holds ? 0 : 1);
