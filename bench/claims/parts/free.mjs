// SPDX-License-Identifier: MIT
//
// What a claim costs when nobody holds the row: from the frame that asks to the one that grants, beside one bare transaction of
// Postgres (pgbench with one client updates one row and commits). Rounds alternate, and each is compared with its own: what a
// commit takes on this disk is not the same from one second to the next.
import { pgbench } from '../../server/pgbench.mjs';
import { p50, p99, round } from '../../server/percentile.mjs';
import { Asker } from '../asker.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = { free_grant_ratio: {} };

const kRows = 1_000;
const kBare = `
\\set id random(1, ${kRows})
update bare set n = n + 1 where id = :id;
`;

export async function measure({ say, quick }) {
  const place = await newClaimsPlace({ tasks: kRows });
  await place.sql.query(`create table bare as select id, 0 as n from generate_series(1, ${kRows}) id`);
  await place.sql.query('alter table bare add primary key (id)');
  const asker = await Asker.open(place.server, 'asker');
  const rounds = [];
  for (let n = 0; n < (quick ? 2 : 12); n++) {
    const { took: bare } = await pgbench(place.cluster, { clients: 1, seconds: 1, script: kBare });
    rounds.push({ bare, granted: await grants(asker, 100) });
  }
  asker.close();
  await place.close();
  const middle = (of) => round(p50(rounds.map(of)));
  const values = {
    free_grant_p50_ms: middle(({ granted }) => p50(granted)),
    free_grant_p99_ms: middle(({ granted }) => p99(granted)),
    free_bare_p50_ms: middle(({ bare }) => p50(bare)),
    free_bare_p99_ms: middle(({ bare }) => p99(bare)),
    free_grant_ratio: middle(({ granted, bare }) => p50(granted) / p50(bare)),
  };
  say(`a free row is granted in ${values.free_grant_p50_ms} ms (p99 ${values.free_grant_p99_ms}), a bare transaction takes ` +
    `${values.free_bare_p50_ms} ms: ${values.free_grant_ratio} of them`);
  return values;
}

/** How long each took, in ms, after some that are not counted. */
async function grants(asker, times) {
  const took = [];
  for (let n = -20; n < times; n++) {
    const began = performance.now();
    const { claim, granted } = asker.claim(`t${1 + Math.floor(Math.random() * kRows)}`);
    const at = await granted;
    if (n >= 0) took.push(at - began);
    await asker.release(claim);
  }
  return took;
}
