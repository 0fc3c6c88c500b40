// SPDX-License-Identifier: MIT
//
// Very many rows at once, written behind our back while a client looks: COPY, UPDATE, DELETE and TRUNCATE, in one organization
// and over many. ABLO_FOREIGN_ROWS says how many (20,000 unless said).
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Ablo from '@abloatai/ablo';
import { openPostgres } from '@abloatai/ablo/server';
import { until } from '../support/until';
import { onEachPostgres, setTask, Tenant } from './support/databases';
import { schema } from './support/schema';
import { wrongOf } from './support/foreign-log';

const kRows = Number(process.env['ABLO_FOREIGN_ROWS'] ?? 20_000);
const kOrganizations = 4; // in which a quarter of the rows are told one by one, until there are 40,000

onEachPostgres((tenant, cluster) => {
  const psql = (sql: string) => cluster().psql(sql);
  const file = join(tmpdir(), `ablo-rows-${process.pid}.tsv`);
  before(() => writeFileSync(file, Array.from({ length: kRows }, (_, i) => `default\t${i}\tx\ttodo\n`).join(''), { mode: 0o644 }));
  let client: ReturnType<typeof connect>;
  const connect = () => {
    const { server } = tenant();
    return Ablo({ schema, baseURL: server.url, apiKey: server.apiKey, bootstrap: 'full' });
  };
  before(async () => {
    const { server } = tenant();
    await server.pushSchema(JSON.stringify(schema.document));
    client = connect();
    await client.ready();
  });
  after(() => client?.dispose());

  const titles = () => new Set(client.tasks.getAll().map(({ title }) => title));
  const everywhere = () => psql('select count(*), max(seq) from ablo.log group by organization having count(*) <> max(seq)');
  async function shown(what: string, count: number, title?: string): Promise<void> {
    await until(what, () => client.tasks.getCount() === count && (title === undefined || [...titles()].join() === title), 60_000);
    assert.equal(await everywhere(), '', 'every log is dense');
    assert.equal(await wrongOf(cluster(), 'tasks'), '', 'the log ends with what the row is');
  }

  test('COPY, UPDATE and DELETE of all rows of an organization', async () => {
    await psql(`copy tasks (organization_id, id, title, status) from '${file}'`);
    await shown('the client has what was copied', kRows, 'x');
    await psql(`update tasks set title = 'y' where organization_id = 'default'`);
    await shown('the client has what was changed', kRows, 'y');
    await psql(`begin; update tasks set title = 'z'; update tasks set title = 'zz'; delete from tasks where id::int % 2 = 0; commit`);
    await shown('the client has what is left', Math.floor(kRows / 2), 'zz');
  });

  test('fewer at a time, told one by one', async () => {
    await psql(`update tasks set title = 'by ' || id where id::int < 2000`);
    await until('the client has them', () => titles().has('by 1999'));
    await shown('and all of the others', Math.floor(kRows / 2));
    const repeated = `select id from ablo.log where organization = 'default' and kind = 'row' group by id, commit_key having count(*) > 1`;
    assert.equal(await psql(repeated), '');
  });

  test('a session whose plans were made for single rows', async () => {
    const ann = tenant();
    const where = `where organization_id = '${ann.organization}'`;
    const single = Array.from({ length: 8 }, (_, i) => `update tasks set title = 'single' ${where} and id = '${i}'`);
    await psql(`insert into tasks (organization_id, id, title, status)
      select '${ann.organization}', i::text, 'x', 'todo' from generate_series(1, ${kRows}) i`);
    const before = performance.now();
    await psql(`${single.join('; ')}; update tasks set title = 'many' ${where}; update tasks set id = id || '+' ${where}`);
    assert.ok(performance.now() - before < 30_000, 'it does not compare each row with each');
    assert.equal(await wrongOf(cluster(), 'tasks'), '');
    await psql(`delete from tasks ${where}`);
  });

  test('TRUNCATE', async () => {
    await psql('truncate tasks');
    await shown('the client has nothing', 0);
  });

  test('one UPDATE over several organizations, beside commits of ours in each', async () => {
    const tenants = Array.from({ length: kOrganizations }, () => tenant());
    for (const one of tenants) await one.task('ours');
    const each = Math.floor(kRows / kOrganizations);
    const names = tenants.map(({ organization }) => `'${organization}'`).join();
    await psql(`insert into tasks (organization_id, id, title, status)
      select o, i::text, 'x', 'todo' from unnest(array[${names}]) o, generate_series(1, ${each}) i`);
    const database = await openPostgres(cluster().url, { connections: 4 });
    let done = false;
    const ours = tenants.map(async ({ server, organization }) => {
      const bot = new Tenant({ ...server, database }, organization);
      for (let n = 0; !done; n++) assert.notEqual((await bot.commit([setTask('ours', { title: `${n}` })])).status, 'rejected');
    });
    await psql(`update tasks set title = 'all at once' where organization_id in (${names}) and id <> 'ours'`);
    done = true;
    await Promise.all(ours);
    await database.close();
    await tenants[0]!.server.database.heads(tenants.map(({ organization }) => organization));
    assert.equal(await everywhere(), '');
    assert.equal(await wrongOf(cluster(), 'tasks'), '');
    for (const one of tenants) assert.equal((await one.row('tasks', '1'))!.title, 'all at once');
  });
});
