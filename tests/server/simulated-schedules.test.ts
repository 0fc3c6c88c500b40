// SPDX-License-Identifier: MIT
//
// Is the simulator's Postgres true? What its database was told in simulated histories is told a real one, in the same order, with
// transactions of others open for as long as there; every answer and the log must be the same. A commit that waited and got its row
// is told when it had it: waits that end well are not compared here.
import { testServer, type TestServer } from '@abloatai/ablo/testing';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, type PostgresCluster } from '../support/postgres';
import { Tenant, type Answer } from './support/databases';

const histories = Number(process.env['ABLO_SCHEDULES'] ?? 12);
const firstSeed = Number(process.env['ABLO_SEED'] ?? 1);
const simulatedBeginning = 1_700_000_000_000;

/** tests/sim/functions.h, kSchema. */
const schema = {
  document: {
    v: 3,
    models: {
      accounts: { fields: { balance: { type: 'number' }, memo: { type: 'string', isOptional: true } } },
      tasks: {
        fields: {
          title: { type: 'string' },
          status: { type: 'enum', enumValues: ['todo', 'doing', 'done'] },
          points: { type: 'number', isOptional: true },
        },
      },
      notes: {
        fields: { text: { type: 'string' }, taskId: { type: 'string', isOptional: true } },
        relations: { task: { type: 'belongsTo', target: 'tasks', foreignKey: 'taskId' } },
      },
    },
  },
};

/** What the little world of the simulator has beyond it: a rule, and a cascade. */
const rules = `
  alter table accounts add constraint solvent check (balance >= 0);
  create function cascade_notes() returns trigger language plpgsql as $$ begin
    delete from notes where organization_id = old.organization_id and task_id = old.id;
    return old;
  end $$;
  create trigger cascade_notes after delete on tasks for each row execute function cascade_notes()`;

function simulated(seed: number): { events: Answer[]; log: Answer[] } {
  const args = ['--schedule', '--histories', '1', '--seed', String(seed)];
  const lines = execFileSync('build/dev/sim', args, { encoding: 'utf8', maxBuffer: 1 << 28 }).trim().split('\n');
  const told = lines.slice(1, -1).map((line) => JSON.parse(line) as Answer); // without its name, and the figure
  return { events: told.filter(({ entry }) => !entry), log: told.flatMap(({ entry }) => entry ?? []) };
}

const columns: Record<string, string> = { taskId: 'task_id' };
const columnOf = (field: string) => columns[field] ?? field;

/** Transactions of others, each on a connection of its own for as long as it is open. */
class Others {
  #open = new Map<number, { client: pg.Client; done: Promise<unknown> }>();
  #free: pg.Client[] = [];
  constructor(
    private readonly url: string,
    private readonly organization: string,
  ) {}

  async see({ foreign, end, op, model, id, data = {} }: Answer): Promise<void> {
    if (end !== undefined) {
      const ending = this.#open.get(foreign);
      if (!ending) return; // it has written nothing
      this.#open.delete(foreign);
      await ending.done;
      await ending.client.query(end ? 'commit' : 'rollback');
      this.#free.push(ending.client);
      return;
    }
    const transaction = this.#open.get(foreign) ?? (await this.#begin(foreign));
    const { client } = transaction;
    await transaction.done;
    const fields = Object.entries(data).filter(([name]) => name !== 'id');
    const values = [this.organization, id, ...fields.map(([, value]) => value)];
    const names = fields.map(([name]) => columnOf(name));
    const place = (i: number) => `$${i + 3}`;
    const pairs = names.map((name, i) => `${name} = ${place(i)}`).join(', ');
    const text = {
      delete: `delete from ${model} where organization_id = $1 and id = $2`,
      update: `update ${model} set ${pairs} where organization_id = $1 and id = $2`,
      create: `insert into ${model} (organization_id, id, ${names.join(', ')}) values ($1, $2, ${names.map((_, i) => place(i)).join(', ')})`,
    }[op as 'delete'];
    transaction.done = client.query(text, values);
    transaction.done.catch(() => {}); // told when it is awaited
    await Promise.race([transaction.done, setTimeout(100)]); // its cascade may wait for somebody
  }
  async close(): Promise<void> {
    for (const client of [...[...this.#open.values()].map(({ client }) => client), ...this.#free]) await client.end();
  }

  async #begin(who: number) {
    let client = this.#free.pop();
    if (!client) {
      client = new pg.Client(this.url);
      await client.connect();
    }
    await client.query('begin');
    const transaction = { client, done: Promise.resolve() as Promise<unknown> };
    this.#open.set(who, transaction);
    return transaction;
  }
}

const outcomeOf = ({ status, seq, error }: Answer) => [status, seq ?? null, error?.code ?? null];
const entryOf = ({ seq, model, id, op, fields, commitKey }: Answer) => [
  seq, model, id, op, op === 'update' ? [...fields].sort() : null, commitKey.replace(/^external:.*/, 'external'),
]; // prettier-ignore

describe('the simulator tells the truth about Postgres', () => {
  let cluster: PostgresCluster;
  let server: TestServer;
  before(async () => {
    execFileSync('bash', ['-c', '. scripts/steps.sh && compile dev sim'], { stdio: 'ignore' });
    cluster = await startPostgres();
    server = await testServer({ schema, databaseUrl: cluster.url });
    await cluster.psql(rules);
  });
  after(async () => {
    await server?.close();
    await cluster?.stop();
  });

  for (let seed = firstSeed; seed < firstSeed + histories; seed++)
    test(`the history of seed ${seed}`, async () => {
      const { events, log } = simulated(seed);
      assert.ok(log.length > 0);
      const tenant = new Tenant(server);
      await tenant.call('load', { full: false }); // which makes the organization
      const others = new Others(cluster.url, tenant.organization);
      const later = Date.now() - simulatedBeginning;
      try {
        for (const [place, event] of events.entries()) {
          if (event.foreign !== undefined) {
            await others.see(event);
            continue;
          }
          const commits = event.input.commits.map(({ epoch: _, ...commit }: Answer) => ({ ...commit, issuedAt: commit.issuedAt + later }));
          const { receipts } = await tenant.call('commit', { ...event.input, commits });
          assert.deepEqual(
            receipts.map(outcomeOf),
            event.answer.receipts.map(outcomeOf),
            `event ${place}: ${JSON.stringify(event.input)}`,
          );
        }
      } finally {
        await others.close();
      }
      const { changes } = await tenant.call('changes', { after: 0, limit: 100_000 });
      assert.deepEqual(changes.map(entryOf), log.map(entryOf));
    });
});
