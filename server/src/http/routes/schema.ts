// SPDX-License-Identifier: MIT
//
// GET /schema, POST /schema: the schema in force, and a new one (`ablo push`). POST /schema/plan: what that would change.
import { NamedError } from '../../errors/named-error';
import type { Admission } from '../../identity/identity';
import type { SchemaInForce } from '../../schema';
import type { Call } from '../call';
import type { Routes } from '../router';

export function schemaRoutes(schema: SchemaInForce): Routes {
  const push = async (call: Call, dryRun: boolean) => {
    checkMayPush(await call.admission());
    const { schema: document } = await call.json();
    if (typeof document !== 'object' || document === null) {
      throw new NamedError('invalid_request', 'The body must be {"schema": document}.');
    }
    return schema.push(JSON.stringify(document), dryRun);
  };

  return {
    'GET /schema': async (call: Call) => {
      await call.admission();
      if (!schema.current) return { active: false };
      const { version, hash, document } = schema.current;
      return { active: true, version, hash, schema: JSON.parse(document) as object };
    },

    'POST /schema': (call: Call) => push(call, false),
    'POST /schema/plan': (call: Call) => push(call, true),
  };
}

/** A secret key may, and so may this machine while developing. Others have to say so: `*` is about rows. */
function checkMayPush({ identity, credential }: Admission): void {
  if (!credential || credential.kind === 'sk' || identity.operations.includes('schema:push')) return;
  throw new NamedError('permission_denied', 'A schema is pushed with a secret key, or one that allows schema:push.');
}
