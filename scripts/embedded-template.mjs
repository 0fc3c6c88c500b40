// SPDX-License-Identifier: MIT
//
// dist/pglite-template.tar.gz: the files of an embedded database in which nothing is but the server's own half, so that nobody's
// first `ablo dev` has to wait for initdb in WebAssembly and for migrate(). Made once for each version of PGlite and of the SQL.
import { PGlite } from '@electric-sql/pglite';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(new URL('..', import.meta.url).pathname);
const [template, made] = ['dist/pglite-template.tar.gz', 'build/pglite-template.version'];
const sources = ['migration.ts', 'table-change.ts', ...readdirSync('server/src/postgres/sql').map((file) => `sql/${file}`)].sort();
const hash = createHash('sha256');
for (const file of ['scripts/embedded-template.mjs', 'node_modules/@electric-sql/pglite/package.json']) hash.update(readFileSync(file));
for (const source of sources) hash.update(readFileSync(join('server/src/postgres', source)));
const version = hash.digest('hex');
if (existsSync(template) && existsSync(made) && readFileSync(made, 'utf8') === version) process.exit();

mkdirSync('build', { recursive: true });
rmSync(template, { force: true }); // or the new one would be made of it
const { openEmbedded } = await import('../dist/server.js');
const directory = mkdtempSync('build/pglite-template-');
try {
  const database = await openEmbedded(directory);
  await database.migrate();
  await database.close();
  const postgres = await PGlite.create({ dataDir: join(directory, 'data') });
  await postgres.exec('checkpoint');
  const files = await postgres.dumpDataDir('gzip');
  await postgres.close();
  writeFileSync(`${template}.new`, Buffer.from(await files.arrayBuffer()));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
renameSync(`${template}.new`, template);
writeFileSync(made, version);
