// SPDX-License-Identifier: MIT
//
// Exits 0 if node_modules holds what package-lock.json asks for. Optional packages (other machines' binaries) may be absent.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const installed = new URL('node_modules/.package-lock.json', root);
if (!existsSync(installed)) process.exit(1);

const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
const here = packages(installed);
const wanted = Object.entries(packages(new URL('package-lock.json', root)));
const complete = wanted.every(([path, { version, optional, peer, link }]) =>
  path === '' || optional || (peer && !here[path]) || link || here[path]?.version === version);
process.exit(complete ? 0 : 1);
