// SPDX-License-Identifier: MIT
//
// dist/pglite-template.tar.gz: the files of a fresh embedded database, so that nobody's first `ablo dev` has to wait for initdb
// in WebAssembly (3 s; with these files 0.7 s). Made once for each version of PGlite.
import { PGlite } from '@electric-sql/pglite';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

process.chdir(new URL('..', import.meta.url).pathname);
const { version } = JSON.parse(readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'));
const [template, made] = ['dist/pglite-template.tar.gz', 'build/pglite-template.version'];
if (existsSync(template) && existsSync(made) && readFileSync(made, 'utf8') === version) process.exit();

mkdirSync('dist', { recursive: true });
mkdirSync('build', { recursive: true });
const postgres = await PGlite.create();
const files = await postgres.dumpDataDir('gzip');
await postgres.close();
writeFileSync(`${template}.new`, Buffer.from(await files.arrayBuffer()));
renameSync(`${template}.new`, template);
writeFileSync(made, version);
