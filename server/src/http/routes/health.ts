// SPDX-License-Identifier: MIT
//
// GET /healthz: whether this server can do its work, for load balancers and people. One that shuts down refuses this as it
// refuses everything (router.ts).
import type { Hub } from '../../hub/hub';
import type { Health } from '../../observe/health';
import type { SchemaInForce } from '../../schema';
import type { Routes } from '../router';

export function healthRoutes(health: Health, hub: Hub, schema: SchemaInForce): Routes {
  const answer = async () => {
    await health.check();
    const { version, hash } = schema.current ?? {};
    return { status: 'ok', schema: version && { version, hash }, ...hub.statistics() };
  };
  return { 'GET /healthz': answer, 'GET /health': answer };
}
