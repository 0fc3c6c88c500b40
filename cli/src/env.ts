// SPDX-License-Identifier: MIT
//
// The project's own settings: ABLO_* from .env.local, then from .env. What the environment says already stands, and
// names that are not ours are left alone (DATABASE_URL in a file belongs to the application).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

export function loadEnv(directory = process.cwd()): void {
  for (const name of ['.env.local', '.env']) {
    const file = join(directory, name);
    if (!existsSync(file)) continue;
    for (const [key, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) {
      if (key.startsWith('ABLO_')) process.env[key] ??= value;
    }
  }
}
