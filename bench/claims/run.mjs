// SPDX-License-Identifier: MIT
//
// npm run bench:claims: whether claims and guards hold where many want the same, and what they cost (README.md).
import { runParts } from '../server/run-parts.mjs';

await runParts({
  figure: 'claims',
  names: ['grants', 'increments', 'bookings', 'free', 'handover', 'heartbeats'],
  load: (name) => import(`./parts/${name}.mjs`),
  judgesQuick: true,
});
