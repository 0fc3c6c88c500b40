// SPDX-License-Identifier: MIT
//
// One organization's changes to all who are connected: ten a tick, and one, beside a plain `ws` server that calls send() for
// each message and socket. The server's log is in memory, so that hub and sockets are measured and no Postgres. Measured until
// the last reader has all of it; rounds of both alternate, and the first of each only warms up.
import { helper } from '../helper.mjs';
import { newServer } from '../place.mjs';
import { p50, round } from '../percentile.mjs';

export const figures = {
  fan_out_1000_ten_ratio: { min: 8 },
  fan_out_5000_ten_ratio: { min: 8 },
  fan_out_1000_one_ratio: {},
  fan_out_5000_one_ratio: {},
};

const kMessage = JSON.stringify({
  type: 'changes', from: 4711, to: 4712,
  changes: [{
    seq: 4712, kind: 'row', model: 'tasks', id: 't712', op: 'update',
    row: { id: 't712', title: 'Task number 4712', status: 'todo', count: 4712 },
    fields: ['title'], actor: { kind: 'user', id: 'ann' }, key: 'k4712', session: 's', at: 1_700_000_000_000,
  }],
});

export async function measure({ say, quick }) {
  const values = {};
  for (const sockets of quick ? [1000] : [1000, 5000]) {
    const ours = await newServer({ kind: 'memory' });
    const plain = helper('plain-server.mjs');
    const { url } = await plain.ask('start');
    const readers = { ours: helper('readers.mjs'), plain: helper('readers.mjs') };
    const key = ours.keys[0];
    await readers.ours.ask('open', { url: ours.url, key, hash: ours.hash, path: '/api/sync/ws', count: sockets });
    await readers.plain.ask('open', { url, path: '/', count: sockets });

    const servers = { ours, plain };
    const perSecond = async (whose, changes, ticks) => {
      await readers[whose].ask('reset');
      const began = performance.now();
      const all = readers[whose].ask('frames', whose === 'ours' ? ticks : ticks * changes);
      await servers[whose].ask('ticks', { ticks, changes, text: kMessage });
      await all;
      return (changes * sockets * ticks) / ((performance.now() - began) / 1000);
    };
    for (const [name, changes] of [['ten', 10], ['one', 1]]) {
      const rates = { ours: [], plain: [] };
      const ticks = Math.ceil((quick ? 10_000 : 100_000) / sockets);
      for (let n = 0; n < (quick ? 3 : 6); n++)
        for (const whose of ['plain', 'ours']) {
          const rate = await perSecond(whose, changes, ticks);
          if (n > 0) rates[whose].push(rate);
        }
      const [mine, theirs] = [p50(rates.ours), p50(rates.plain)];
      values[`fan_out_${sockets}_${name}_per_second`] = round(mine, 0);
      values[`fan_out_${sockets}_${name}_plain_per_second`] = round(theirs, 0);
      values[`fan_out_${sockets}_${name}_ratio`] = round(mine / theirs);
      say(`${sockets} sockets, ${name} a tick: ${round(mine, 0)} changes/s, plain ws ${round(theirs, 0)}/s`);
    }
    await Promise.all([ours, plain, readers.ours, readers.plain].map((each) => each.stop()));
  }
  return values;
}
