// SPDX-License-Identifier: MIT
//
// ablo keys: the secret keys of a database. This talks to the database itself, which is how the first key comes to
// be: to DATABASE_URL, or else to the embedded database in .ablo while no `ablo dev` uses it.
import { defineCommand } from 'citty';
import { createSecretKey, kDefaultOrganization, NamedError, type Database } from '../../../server/src/index';
import { command } from '../command';
import { databaseOptions, openDatabase, type DatabaseArgs } from '../database';
import { paint, say } from '../terminal';

const where = {
  ...databaseOptions,
  organization: { type: 'string', description: 'The organization', default: kDefaultOrganization },
} as const;

async function withDatabase(args: DatabaseArgs, work: (database: Database) => Promise<void>): Promise<void> {
  const { database } = await openDatabase(args);
  try {
    await database.migrate();
    await work(database);
  } finally {
    await database.close();
  }
}

const create = command({
  name: 'create',
  description: 'Make a secret key. It is shown once',
  args: {
    ...where,
    name: { type: 'string', description: 'What the key is for' },
    live: { type: 'boolean', description: 'Make an sk_live_ key' },
  },
  run: (args) =>
    withDatabase(args, async (database) => {
      const { organization, name, live } = args;
      const key = await createSecretKey(database, { organization, name, live });
      say(
        [`ABLO_API_KEY=${key.token}`, paint.dim(`  Key ${key.id} of ${organization}. It is not shown again.`)],
        { id: key.id, token: key.token, organization },
      );
    }),
});

const list = command({
  name: 'list',
  description: 'List the keys',
  args: where,
  run: (args) =>
    withDatabase(args, async (database) => {
      const keys = await database.keys(args.organization);
      const lines = keys.map((key) => [
        key.id, `${key.prefix}…`, key.revokedAt ? paint.red('revoked') : paint.green('active'), key.name ?? '',
      ].join('  '));
      say(lines.length > 0 ? lines : 'No keys yet. Make one with `npx ablo keys create`.', keys);
    }),
});

const revoke = command({
  name: 'revoke',
  description: 'Revoke a key: it is refused from now on, and its connections are closed',
  args: { ...where, id: { type: 'positional', required: true, description: 'The key, as `ablo keys list` shows it' } },
  run: (args) =>
    withDatabase(args, async (database) => {
      const revoked = await database.revokeCredential(args.id);
      if (!revoked) throw new NamedError('apikey_invalid', `There is no key ${args.id}. See \`npx ablo keys list\`.`);
      say(`${paint.green('✓')} Key ${args.id} is revoked`, { id: args.id, revoked: true });
    }),
});

export const keys = defineCommand({
  meta: { name: 'keys', description: 'Make, list and revoke secret keys' },
  subCommands: { create, list, revoke },
});
