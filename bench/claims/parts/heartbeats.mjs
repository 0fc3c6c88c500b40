// SPDX-License-Identifier: MIT
//
// What 1,000 live claims cost that are renewed at a third of their time: how long commits of other rows take, 200 a second, and
// what of a processor the server needs, beside the same without the claims. Rounds alternate. With claims of 3 s each of 100
// agents says once a second that it still has its ten; our client's usual 60 s are a twentieth of that.
import { Line } from '../../server/line.mjs';
import { p50, p99, round } from '../../server/percentile.mjs';
import { atRate } from '../../server/rate.mjs';
import { Asker } from '../asker.mjs';
import { newClaimsPlace } from '../place.mjs';

export const figures = { heartbeats_commit_p50_ratio: {}, heartbeats_cpu_added: {}, heartbeats_claims_lost: { max: 0 } };

const kAgents = 100;
const kEach = 10;
const kTtl = 3_000;
const kWritten = 1_000;
const kWritesPerSecond = 200;
const kLines = 8;

export async function measure({ say, quick }) {
  const place = await newClaimsPlace({ tasks: kWritten + kAgents * kEach });
  const writers = await Promise.all(Array.from({ length: kLines }, () => Line.open(place.server, place.server.keys[0])));
  const agents = await Promise.all(Array.from({ length: kAgents }, (_, n) => Asker.open(place.server, `agent-${n}`)));
  const took = { without: [], with: [] };
  const cpu = { without: 0, with: 0 };
  const warming = load(writers);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await warming.stop();
  const milliseconds = quick ? 2_000 : 8_000;
  const rounds = quick ? 1 : 3;
  let lost = 0;
  for (let n = 0; n < rounds; n++)
    for (const way of n % 2 ? ['with', 'without'] : ['without', 'with']) {
      const claims = way === 'with' && (await hold(agents));
      const { stop, commits } = load(writers);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const before = await place.server.ask('cpu');
      const from = commits.length;
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      const after = await place.server.ask('cpu');
      took[way].push(...commits.slice(from));
      cpu[way] += (after.user + after.system - before.user - before.system) / 1000 / milliseconds;
      await stop();
      if (claims) lost += kAgents * kEach - (await place.one(kLive));
      if (claims) await claims.release();
    }
  for (const each of [...writers, ...agents]) each.close();
  await place.close();
  const values = {
    heartbeats_claims: kAgents * kEach,
    heartbeats_claims_lost: lost,
    heartbeats_commit_p50_ms: round(p50(took.with)),
    heartbeats_commit_p99_ms: round(p99(took.with)),
    heartbeats_commit_p50_without_ms: round(p50(took.without)),
    heartbeats_commit_p99_without_ms: round(p99(took.without)),
    heartbeats_commit_p50_ratio: round(p50(took.with) / p50(took.without)),
    heartbeats_cpu: round(cpu.with / rounds),
    heartbeats_cpu_without: round(cpu.without / rounds),
    heartbeats_cpu_added: round((cpu.with - cpu.without) / rounds),
  };
  say(`beside ${values.heartbeats_claims} claims a commit takes ${values.heartbeats_commit_p50_ms} ms (p99 ${values.heartbeats_commit_p99_ms}), ` +
    `without ${values.heartbeats_commit_p50_without_ms} (${values.heartbeats_commit_p99_without_ms}); the server needs ` +
    `${values.heartbeats_cpu} of a processor, without ${values.heartbeats_cpu_without}`);
  return values;
}

const kLive = `select count(*) from ablo.claim where status = 'active' and expires_at > clock_timestamp()`;

/** Each agent claims its rows and says at a third of their time that it has them still. */
async function hold(agents) {
  const timers = [];
  const held = await Promise.all(agents.map(async (agent, a) => {
    const claims = [];
    timers.push(setInterval(() => agent.renew(claims), kTtl / 3));
    for (let n = 0; n < kEach; n++) {
      const { claim, granted } = agent.claim(`t${1 + kWritten + a * kEach + n}`, kTtl);
      claims.push(claim);
      await granted;
    }
    return claims;
  }));
  return {
    async release() {
      await Promise.all(agents.map(async (agent, a) => {
        for (const claim of held[a]) await agent.release(claim);
      }));
      timers.forEach(clearInterval);
    },
  };
}

/** Writes at a fixed rate; how long each commit took. */
function load(lines) {
  const commits = [];
  const sent = lines.map(() => []);
  lines.forEach((line, n) => {
    line.onReceipt = ({ status, error }) => {
      if (status !== 'confirmed') throw new Error(`a commit was refused: ${JSON.stringify(error)}`);
      commits.push(performance.now() - sent[n].shift());
    };
  });
  const stopRate = atRate(kWritesPerSecond, (n) => {
    sent[n % lines.length].push(performance.now());
    lines[n % lines.length].update(`t${1 + Math.floor(Math.random() * kWritten)}`, { title: `load ${n}` });
  });
  return {
    commits,
    async stop() {
      stopRate();
      while (sent.some((waiting) => waiting.length > 0)) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}
