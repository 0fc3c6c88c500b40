// SPDX-License-Identifier: MIT
//
// The line behind a row, of the real functions beside a plain queue of some lines (tests/sim/queue.h): claims are asked for, kept,
// given back, put in another order and left to lapse by chance, and after each step everybody stands where the plain queue
// has them. The simulator holds its model of these functions against the same steps.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import pg from 'pg';
import { onPostgres, type Answer } from './support/databases';

const queues = Number(process.env['ABLO_QUEUES'] ?? 20);
const firstSeed = Number(process.env['ABLO_SEED'] ?? 1);

interface Step {
  call?: string;
  input: object;
  lapse?: string;
  line: [claim: string, status: string, number: number][];
}

function simulated(seed: number): Step[] {
  const args = ['--queues', '--schedule', '--histories', '1', '--seed', String(seed)];
  const lines = execFileSync('build/dev/sim', args, { encoding: 'utf8', maxBuffer: 1 << 26 }).trim().split('\n');
  return lines.slice(1, -1).map((line) => JSON.parse(line) as Step); // without its name, and the figure
}

/** Fences are numbers of one sequence for all: what counts is their order. */
function standing(line: Answer[], number: (claim: Answer) => number): unknown[] {
  const fences = line.filter(({ status }) => status === 'active').map(number).sort((a, b) => a - b);
  return line.map((claim) => [claim.id, claim.status, claim.status === 'active' ? fences.indexOf(number(claim)) : number(claim)]);
}

onPostgres((tenant, cluster) => {
  before(() => void execFileSync('bash', ['-c', '. scripts/steps.sh && compile dev sim'], { stdio: 'ignore' }));

  test(`of ${queues} queues everybody stands where a plain queue has them, after each step`, async () => {
    const superuser = new pg.Client(cluster().url);
    await superuser.connect();
    const lapse = (organization: string, claim: string) =>
      superuser.query(
        `update ablo.claim set expires_at = clock_timestamp() - interval '1 second' where organization = $1 and id = $2`,
        [organization, claim],
      );
    try {
      for (let seed = firstSeed; seed < firstSeed + queues; seed++) {
        const ann = tenant();
        await ann.task('t0');
        await ann.task('t1');
        const steps = simulated(seed);
        assert.ok(steps.length > 10);
        for (const [place, step] of steps.entries()) {
          if (step.call) await ann.call(step.call, step.input);
          else if (step.lapse) await lapse(ann.organization, step.lapse);
          else await ann.server.database.heads([ann.organization]);
          const real = standing(await ann.claims(), (claim) => claim.fence ?? claim.position);
          const plain = standing(step.line.map(([id, status, number]) => ({ id, status, number })), ({ number }) => number as number);
          assert.deepEqual(real, plain, `seed ${seed}, step ${place}: ${JSON.stringify(step)}`);
        }
      }
    } finally {
      await superuser.end();
    }
  });
});
