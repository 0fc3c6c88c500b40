// SPDX-License-Identifier: MIT
//
// npm run bench:server: what the server does with a Postgres, beside pgbench and a plain `ws` server in the same run
// (README.md).
import { runParts } from './run-parts.mjs';

await runParts({
  figure: 'server',
  names: ['commits', 'lone', 'held', 'fan-out', 'applied', 'stalled', 'neighbours', 'bootstrap', 'embedded', 'foreign'],
  load: (name) => import(`./parts/${name}.mjs`),
});
