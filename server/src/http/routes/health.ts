// SPDX-License-Identifier: MIT
//
// GET /healthz: whether this server can do its work, for load balancers and people.
import { NamedError } from '../../errors/named-error';
import type { Hub } from '../../hub/hub';
import type { SchemaInForce } from '../../schema';
import type { Routes } from '../router';

export function healthRoutes(hub: Hub, schema: SchemaInForce, retired: () => boolean): Routes {
  const health = () => {
    if (retired()) throw new NamedError('api_unreachable', 'This server is shutting down.');
    const { version, hash } = schema.current ?? {};
    return { status: 'ok', schema: version && { version, hash }, ...hub.statistics() };
  };
  return { 'GET /healthz': health, 'GET /health': health };
}
