// SPDX-License-Identifier: MIT
//
// The peers' packages: installed beside their adapters when they are first needed, never with ours.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const home = new URL('peers/', import.meta.url);
const { dependencies } = JSON.parse(readFileSync(new URL('package.json', home), 'utf8'));

export function installPeers() {
  const installed = ([name, version]) => {
    const manifest = new URL(`node_modules/${name}/package.json`, home);
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  };
  if (Object.entries(dependencies).every(installed)) return;
  const flags = ['--no-package-lock', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', ['install', ...flags], { cwd: home, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('The peers could not be installed. --only ablo,floor does without them.');
}
