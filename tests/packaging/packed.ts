// SPDX-License-Identifier: MIT
//
// The package as a stranger gets it: what `npm pack` makes, unpacked into an empty app that has our dependencies and nothing
// of this repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface App {
  directory: string;
  /** Paths in the tarball, without its leading `package/`. */
  packed: string[];
  /** Runs a module of the app in plain Node: what it printed, and the error it ended with. */
  run(source: string): string;
  remove(): void;
}

export function installPacked(): App {
  const directory = mkdtempSync(join(tmpdir(), 'ablo-packed-'));
  const pack = ['pack', '--json', '--pack-destination', directory];
  const [{ filename, files }] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));

  const home = join(directory, 'node_modules/@abloatai/ablo');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xf', join(directory, filename), '-C', home, '--strip-components=1']);

  const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
    const place = join(directory, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), place);
  }
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }\n');

  return {
    directory,
    packed: files.map((file: { path: string }) => file.path),
    run(source) {
      writeFileSync(join(directory, 'main.js'), source);
      const { stdout, stderr } = spawnSync(process.execPath, ['main.js'], { cwd: directory, encoding: 'utf8', timeout: 60_000 });
      return (stdout + (/\w*Error\b.*/.exec(stderr)?.[0] ?? stderr)).trim();
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
