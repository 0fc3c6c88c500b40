// SPDX-License-Identifier: MIT
//
// A secret key: it may do everything in its organization, acts as itself (a system actor), and may name the agent it
// acts as. Its text is shown once, when it is made.
import type { Database } from '../postgres/database';
import { mintKey, type Key } from './key';

export interface SecretKeyOptions {
  organization: string;
  name?: string;
  live?: boolean;
}

export async function createSecretKey(database: Database, options: SecretKeyOptions): Promise<Key & { id: string }> {
  const { organization, name, live = false } = options;
  await database.ensureOrganization(organization);
  const key = mintKey('sk', live);
  const { id } = await database.createCredential({
    organization,
    kind: key.kind,
    prefix: key.prefix,
    hash: key.hash,
    groups: [`org:${organization}`],
    operations: ['*'],
    meta: name === undefined ? {} : { name },
  });
  return { ...key, id };
}
