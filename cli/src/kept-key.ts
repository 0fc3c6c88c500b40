// SPDX-License-Identifier: MIT
//
// The key of `ablo dev`: made once, kept in its directory for its owner's eyes only, and the same at every start as
// long as the database knows it. The directory keeps itself out of git.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretKey, kDefaultOrganization, NamedError, readKey, type Database } from '../../server/src/index';

export async function keptKey(database: Database, directory: string): Promise<string> {
  const file = join(directory, 'key');
  const kept = readKey((await readFile(file, 'utf8').catch(() => '')).trim());
  if (kept && (await database.identify(kept.hash))) return kept.token;

  try {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, '.gitignore'), '*\n');
    const made = await createSecretKey(database, { organization: kDefaultOrganization, name: 'ablo dev' });
    await writeFile(file, `${made.token}\n`, { mode: 0o600 });
    return made.token;
  } catch (error) {
    if (error instanceof NamedError) throw error;
    const what = `The key cannot be kept in ${directory} (${(error as Error).message}).`;
    throw new NamedError('invalid_arguments', `${what} Give another directory with --dir.`, { cause: error });
  }
}
