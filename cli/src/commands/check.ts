// SPDX-License-Identifier: MIT
//
// ablo check: whether the database still has everything that the schema in force needs: tables, policies, the triggers that
// see what others write, a role that can do no more than it should. It looks and changes nothing; `ablo push` repairs. The
// exit code is 1 if anything is missing.
import { command } from '../command';
import { databaseOptions, openDatabase } from '../database';
import { paint, say } from '../terminal';

export const check = command({
  name: 'check',
  description: 'Look whether the database still has what the schema in force needs',
  args: databaseOptions,
  async run(args) {
    const { database, embedded } = await openDatabase(args, true);
    try {
      const found = await database.check();
      // The embedded database makes no promise about power losses, and says so itself.
      const findings = embedded ? found.filter(({ kind }) => kind !== 'setting') : found;
      const inForce = findings.length === 0 ? await database.schema() : undefined;
      const schema = inForce && { version: inForce.version, hash: inForce.hash };
      if (findings.length > 0) process.exitCode = 1;
      say(
        findings.length > 0
          ? findings.map(({ what, next }) => `${paint.red('✗')} ${what} ${paint.dim(`→ ${next}`)}`)
          : `${paint.green('✓')} Version ${schema?.version} ${paint.dim(schema?.hash ?? '')} has all it needs, the capture triggers too`,
        { ok: findings.length === 0, findings, ...(schema && { schema }) },
      );
    } finally {
      await database.close();
    }
  },
});
