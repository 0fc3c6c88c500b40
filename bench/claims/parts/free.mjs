// SPDX-License-Identifier: MIT
//
// What a claim costs when nobody holds the row: from the frame that asks to the one that grants, beside one bare transaction of
// Postgres (an UPDATE of one row by `pg`). They take turns, one by one: what a commit takes on a disk is not the same from
// one second to the next.
import { p50, p99, round } from '../../server/percentile.mjs';
import { Asker } from '../asker.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = { free_grant_ratio: {} };

const kRows = 1_000;

export async function measure({ say, quick }) {
  const place = await newClaimsPlace({ tasks: kRows });
  await place.sql.query(`create table bare as select id, 0 as n from generate_series(1, ${kRows}) id`);
  await place.sql.query('alter table bare add primary key (id)');
  const asker = await Asker.open(place.server, 'asker');
  const [granted, bare] = [[], []];
  for (let n = -50; n < (quick ? 200 : 3_000); n++) {
    const row = 1 + Math.floor(Math.random() * kRows);
    let began = performance.now();
    await place.sql.query('update bare set n = n + 1 where id = $1', [row]);
    if (n >= 0) bare.push(performance.now() - began);
    began = performance.now();
    const { claim, granted: grant } = asker.claim(`t${row}`);
    const at = await grant;
    if (n >= 0) granted.push(at - began);
    await asker.release(claim);
  }
  asker.close();
  await place.close();
  const values = {
    free_grant_p50_ms: round(p50(granted)),
    free_grant_p99_ms: round(p99(granted)),
    free_bare_p50_ms: round(p50(bare)),
    free_bare_p99_ms: round(p99(bare)),
    free_grant_ratio: round(p50(granted) / p50(bare)),
  };
  say(`a free row is granted in ${values.free_grant_p50_ms} ms (p99 ${values.free_grant_p99_ms}), a bare transaction takes ` +
    `${values.free_bare_p50_ms} ms: ${values.free_grant_ratio} of them`);
  return values;
}
