// SPDX-License-Identifier: MIT
//
// GET /metrics: for Prometheus. A server for one machine shows it to everybody there is; any other to everybody only if it
// was started so, else to holders of a secret key. There is nothing of a tenant in it.
import { NamedError } from '../../errors/named-error';
import type { Metrics } from '../../observe/metrics';
import type { Call } from '../call';
import { Plain, type Routes } from '../router';

export function metricsRoutes(metrics: Metrics, open: boolean): Routes {
  return {
    'GET /metrics': async (call: Call) => {
      if (!open && (await call.admission()).credential?.kind !== 'sk') {
        throw new NamedError('permission_denied', 'Metrics are for secret keys, unless the server is started with --metrics.');
      }
      return new Plain(metrics.type, await metrics.text());
    },
  };
}
