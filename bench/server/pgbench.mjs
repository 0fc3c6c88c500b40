// SPDX-License-Identifier: MIT
//
// The peer: pgbench calls the function that the server calls, with one commit each, on the same database. What it does is what
// a well-written backend without Ablo's batches could.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const kHome = '/usr/lib/postgresql';
const program = () => join(kHome, readdirSync(kHome).sort((a, b) => b - a)[0], 'bin', 'pgbench');

const oneCommit = (organizations, rows) => `
\\set org random(1, ${organizations})
\\set id random(1, ${rows})
select ablo.commit('org-' || :org, jsonb_build_object('commits', jsonb_build_array(jsonb_build_object(
  'key', gen_random_uuid(), 'attempt', 1, 'issuedAt', (extract(epoch from clock_timestamp()) * 1000)::bigint,
  'actor', '{"kind": "user", "id": "ann"}'::jsonb, 'session', 's1',
  'operations', jsonb_build_array(jsonb_build_object('op', 'update', 'model', 'tasks', 'id', 't' || :id,
    'data', jsonb_build_object('title', 'new ' || :id)))))))::text;
`;

/** Commits a second, and how long each took in ms. */
export async function pgbench(cluster, { clients, seconds, organizations = 1, rows = 10_000, script }) {
  const directory = await mkdtemp(join(tmpdir(), 'ablo-pgbench-'));
  try {
    await writeFile(join(directory, 'script.sql'), script ?? oneCommit(organizations, rows));
    const { stdout } = await run(
      program(),
      ['-n', '-M', 'prepared', '-f', 'script.sql', '-c', clients, '-j', Math.min(2, clients), '-T', seconds, '-l', cluster.url].map(String),
      { cwd: directory },
    );
    const took = [];
    for (const name of await readdir(directory)) {
      if (!name.startsWith('pgbench_log')) continue;
      for (const line of (await readFile(join(directory, name), 'utf8')).split('\n'))
        if (line) took.push(Number(line.split(' ')[2]) / 1000);
    }
    return { perSecond: Number(/tps = ([\d.]+)/.exec(stdout)[1]), took };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The best that some number of clients reaches. */
export async function bestPgbench(cluster, options) {
  let best = { perSecond: 0 };
  for (const clients of [8, 16, 32]) {
    const { perSecond } = await pgbench(cluster, { ...options, clients });
    if (perSecond > best.perSecond) best = { perSecond, clients };
  }
  return best;
}
