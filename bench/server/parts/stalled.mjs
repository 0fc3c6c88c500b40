// SPDX-License-Identifier: MIT
//
// A thousand sockets and what they cost the server in memory; then a hundred of them stop reading for a minute, while there are
// changes all the time: what the server keeps for them, and how late the others get theirs.
import { helper } from '../helper.mjs';
import { Line } from '../line.mjs';
import { newPlace } from '../place.mjs';
import { p50, p99, round } from '../percentile.mjs';
import { atRate } from '../rate.mjs';

export const figures = {
  sockets_1000_mib: {},
  stalled_growth_mib: { max: 150 },
  stalled_p99_ratio: { max: 1.2 },
  stalled_cut: {},
};

const kSockets = 1000;
const kStalled = 100;
const kTimed = 50;
const kWritesPerSecond = 40;
const mib = (bytes) => bytes / 1024 / 1024;

export async function measure({ say, quick }) {
  const place = await newPlace({ rows: 1000 });
  const { server } = place;
  const writer = await Line.open(server, server.keys[0]);
  const empty = await server.ask('rss');
  const readers = helper('readers.mjs');
  await readers.ask('open', {
    url: server.url, key: server.keys[0], hash: server.hash, path: '/api/sync/ws', count: kSockets, timed: kTimed,
  });
  const full = await server.ask('rss');

  const stop = atRate(kWritesPerSecond, (n) =>
    writer.update(`t${1 + (n % 1000)}`, { title: `at@${performance.timeOrigin + performance.now()} ${'x'.repeat(4000)}` }));
  const during = async (seconds) => {
    await readers.ask('reset');
    let most = 0;
    for (let second = 0; second < seconds; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      most = Math.max(most, await server.ask('rssNow'));
    }
    return { late: (await readers.ask('late')).late, most };
  };
  const seconds = quick ? 5 : 60;
  await during(3);
  const { late: before, most: mostBefore } = await during(seconds);
  await readers.ask('stall', kStalled);
  const { late: stalled, most } = await during(seconds);
  const { sockets } = await server.ask('health');
  stop();
  await readers.stop();
  await place.close();

  const values = {
    sockets_1000_mib: round(mib(full - empty), 1),
    stalled_growth_mib: round(mib(most - mostBefore), 1),
    stalled_cut: kSockets + 1 - sockets,
    stalled_before_p50_ms: round(p50(before)),
    stalled_p50_ms: round(p50(stalled)),
    stalled_before_p99_ms: round(p99(before)),
    stalled_p99_ms: round(p99(stalled)),
    stalled_p99_ratio: round(p99(stalled) / p99(before)),
  };
  say(`1,000 sockets: ${values.sockets_1000_mib} MiB; 100 stalled: +${values.stalled_growth_mib} MiB, ${values.stalled_cut} cut, ` +
    `p99 ${values.stalled_p99_ms} ms, before ${values.stalled_before_p99_ms} (${before.length} and ${stalled.length} taken)`);
  return values;
}
