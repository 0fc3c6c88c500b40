// SPDX-License-Identifier: MIT
//
// GET /auth/identity: who the caller is to this server.
import type { Call } from '../call';
import type { Routes } from '../router';

export function identityRoutes(): Routes {
  return {
    'GET /auth/identity': async (call: Call) => {
      const { identity, credential } = await call.admission();
      return {
        participantKind: identity.actor.kind,
        participantId: identity.actor.id,
        organizationId: identity.organization,
        syncGroups: identity.groups,
        operations: identity.operations,
        expiresAt: identity.expiresAt,
        credential: credential?.kind ?? null,
      };
    },
  };
}
