// SPDX-License-Identifier: MIT
//
// GET /schema, POST /schema: the schema in force, and a new one (`ablo push`).
import { NamedError } from '../../errors/named-error';
import { demand } from '../../identity/identity';
import type { SchemaInForce } from '../../schema';
import type { Call } from '../call';
import type { Routes } from '../router';

export function schemaRoutes(schema: SchemaInForce): Routes {
  return {
    'GET /schema': async (call: Call) => {
      await call.admission();
      if (!schema.current) return { active: false };
      const { version, hash, document } = schema.current;
      return { active: true, version, hash, schema: JSON.parse(document) as object };
    },

    'POST /schema': async (call: Call) => {
      const { identity, credential } = await call.admission();
      if (credential && credential.kind !== 'sk') demand(identity, 'schema:push');
      const { schema: document } = await call.json();
      if (typeof document !== 'object' || document === null) {
        throw new NamedError('invalid_request', 'The body must be {"schema": document}.');
      }
      return schema.push(JSON.stringify(document));
    },
  };
}
