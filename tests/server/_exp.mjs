import { startPostgres } from '../support/postgres.ts';
import { testServer } from '@abloatai/ablo/testing';
import { schema } from './support/databases.ts';
import { pgbench } from '../../bench/server/pgbench.mjs';
const cluster = await startPostgres(process.env.TRACK ? ['track_functions=all','shared_preload_libraries=pg_stat_statements','pg_stat_statements.track=all']:[]);
const server = await testServer({ schema, databaseUrl: cluster.url });
if (process.env.TRACK) await cluster.psql('create extension pg_stat_statements');
await cluster.psql(`insert into tasks (organization_id,id,title,status) select 'org-'||o, 't'||i, 'Task '||i, 'todo' from generate_series(1,4) o, generate_series(1,10000) i`);
await cluster.psql('vacuum analyze');
if (process.env.SQL) await cluster.psql(process.env.SQL);
const many = (orgs, n) => `\\set org random(1,${orgs})
\\set id random(1,9900)
select ablo.commit('org-' || :org, jsonb_build_object('commits', (select jsonb_agg(jsonb_build_object('key', gen_random_uuid(), 'attempt', 1, 'issuedAt', (extract(epoch from clock_timestamp())*1000)::bigint, 'actor', '{"kind":"user","id":"ann"}'::jsonb, 'session', 's1', 'operations', jsonb_build_array(jsonb_build_object('op','update','model','tasks','id','t'||(:id+i),'data',jsonb_build_object('title','new '||:id))))) from generate_series(1,${n}) i))) is not null;`;
for (const [name, opts, per] of [['one', {}, 1], ['fifty', {script: many(1,50)}, 50]]) {
  if (process.env.TRACK) await cluster.psql('select pg_stat_reset(), pg_stat_statements_reset()');
  const r = await pgbench(cluster, { clients: 1, seconds: 5, ...opts });
  console.log('==', name, (r.perSecond*per).toFixed(0), 'per commit µs', (1e6/r.perSecond/per).toFixed(0));
  if (!process.env.TRACK) continue;
  await new Promise(r=>setTimeout(r,1500));
  console.log(await cluster.psql(`select funcname||'  calls='||calls||'  total_us_per_tx='||round((total_time*1000/${r.took.length})::numeric,1)||' self_us_per_tx='||round((self_time*1000/${r.took.length})::numeric,1) from pg_stat_user_functions where calls>0 order by self_time desc limit 22`));
  console.log(await cluster.psql(`select round((total_exec_time*1000/${r.took.length})::numeric,1)||'us calls '||calls||'  '||left(regexp_replace(query,'\\s+',' ','g'),110) from pg_stat_statements order by total_exec_time desc limit 18`));
}
await server.close(); await cluster.stop(); process.exit(0);
