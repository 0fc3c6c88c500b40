-- SPDX-License-Identifier: MIT
--
-- A batch of commits of one organization, in one transaction, in an order that loses no update and runs into no
-- deadlock:
--
--   1 keys      what is decided already is answered again
--   2 rows      the targets are locked, without waiting: a commit whose row somebody else holds leaves the batch, and
--               waits for it alone, holding nothing; what others did to them and could not log is logged now
--   3 checks    claims and premises, in a statement that sees everything committed before the locks were granted; a claim
--               that nobody renewed in time ends now, in the log, before anybody goes by that
--   4 writes    each commit in a savepoint of its own, so that a refused one never stops its neighbours; those that update
--               one row each go together, as long as none of them fails
--   5 the log   is locked; from here to COMMIT nobody else's commit comes in between
--   6 checks    1 and 3 again, for what came since; if one falls, the batch is undone and tried again
--   7 records   log entries, adjacent for each commit, and the receipts, rejections too
--   8 refusals  3 for those that wait for an earlier one of the batch: what it wrote is in the log now
--
-- A receipt is `confirmed` or `rejected`, and then it is recorded. Or nothing was decided: `behind`, an earlier one of the
-- batch comes first, try again; `blocked`, try again alone with `patient`, which waits for a row, and at last with `final`,
-- which rejects it as `row_locked`; `revoked`, its sender has to come with another credential. Behind what is not decided are
-- the later commits of its session in the batch: they take effect in the order they were sent.

do $$ begin
  if to_regtype('ablo.written') is null then
    create type ablo.written as (before jsonb, after jsonb);  -- images of a row; null: there was, or is, none
    create type ablo.entry as (n int, i int, model text, id text, op text, before jsonb, after jsonb, fields text[]);
  end if;
  if to_regtype('ablo.updated') is null then
    create type ablo.updated as (n int, before jsonb, after jsonb);
  end if;
end $$;

-- The fields whose values differ, as they were.
create or replace function ablo.difference(before jsonb, after jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_object_agg(b.key, b.value), '{}') from jsonb_each($1) b
    where $2->b.key is distinct from b.value);
end $$;

-- The names of the fields that somebody meant to change. `updatedAt` follows from every change.
create or replace function ablo.changed(difference jsonb) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return array(select key from jsonb_object_keys($1) key where key <> 'updatedAt');
end $$;

-- Commits that must wait for an earlier open one of the same batch: the same key, the same row, read or written, or a row of a
-- model that it asked a query of.
create or replace function ablo.followers(commits jsonb, receipts jsonb[]) returns int[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    with open as (
      select c.n, c.body from jsonb_array_elements($1) with ordinality c(body, n) where receipts[c.n] is null)
    select f.n from (
      select c.n, min(c.n) over (partition by o.model, o.id) as first
      from open c, jsonb_to_recordset(c.body->'operations' || coalesce(c.body->'premises', '[]')) o(model text, id text)
      where o.id is not null
      union all
      select c.n, (
        select min(w.n) from open w, jsonb_to_recordset(w.body->'operations') o(model text) where o.model = p->>'model')
      from open c, jsonb_array_elements(c.body->'premises') p
      where p ? 'condition'
      union all
      select c.n, min(c.n) over (partition by c.body->'actor', c.body->'key')
      from open c
    ) f
    where f.n > f.first);
end $$;

-- Waits for each target that somebody else has, and holds nothing while it waits: whoever waits for a row and holds
-- another may be half of a deadlock, and Postgres may end the other half, a transaction of somebody who does not know of
-- us. The row it waited for last it keeps, or those who wait in line for it would always be faster.
create or replace function ablo.await_targets(organization text, commits jsonb, receipts jsonb[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  target record;
  busy jsonb[] := '{}';
  n int := 0;
begin
  begin
    for target in
      select distinct o.model, o.id
      from jsonb_array_elements(commits) with ordinality c(body, n),
        jsonb_to_recordset(c.body->'operations') o(op text, model text, id text)
      where receipts[c.n] is null and o.op <> 'create'
      order by o.model, o.id
    loop
      if ablo.lock_rows(organization, target.model, array[target.id], false) <> '{}' then
        busy := busy || to_jsonb(target);
      end if;
    end loop;
    raise exception 'These are not kept.' using errcode = 'ABLO2';
  exception when sqlstate 'ABLO2' then
    null;
  end;
  for target in select b.row->>'model' as model, b.row->>'id' as id from unnest(busy) b(row) loop
    n := n + 1;
    begin
      perform ablo.lock_rows(organization, target.model, array[target.id], true);
      if n < cardinality(busy) then
        raise exception 'It was free.' using errcode = 'ABLO2';
      end if;
    exception when sqlstate 'ABLO2' then
      null;
    end;
  end loop;
  perform set_config('lock_timeout', '300ms', true);  -- for what is only known when it is written: new ids, cascades
end $$;

-- Step 2. The receipts, with those marked that are behind others, and those that cannot have their rows now.
create or replace function ablo.lock_targets(organization text, commits jsonb, receipts jsonb[])
returns jsonb[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  target record;
  held text[];
  n int;
begin
  if jsonb_array_length(commits) > 1 then
    foreach n in array ablo.followers(commits, receipts) loop
      receipts[n] := '{"status": "behind"}';
    end loop;
  end if;
  for target in
    select o.model, array_agg(distinct o.id) as ids
    from jsonb_array_elements(commits) with ordinality c(body, n),
      jsonb_to_recordset(c.body->'operations') o(op text, model text, id text)
    where receipts[c.n] is null and o.op <> 'create'
    group by o.model order by o.model
  loop
    held := ablo.lock_rows(organization, target.model, target.ids, false);
    continue when held = '{}';
    for n in
      select distinct c.n from jsonb_array_elements(commits) with ordinality c(body, n),
        jsonb_to_recordset(c.body->'operations') o(op text, model text, id text)
      where receipts[c.n] is null and o.op <> 'create' and o.model = target.model and o.id = any (held)
    loop
      receipts[n] := '{"status": "blocked"}';
    end loop;
  end loop;
  return receipts;
end $$;

-- Between steps 2 and 3, where there is a backlog or a claim is overdue: what others could not log is logged, for only the log
-- says what a commit met, and after our own entry it would not say that any more; and the lines of the rows that these commits
-- write, or have claimed, are brought up to now.
create or replace function ablo.catch_up(organization text, commits jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  patience constant text := current_setting('lock_timeout');
begin
  perform set_config('lock_timeout', '5s', true);
  perform ablo.lock_log(organization);
  perform ablo.log_left(organization);
  perform ablo.settle_lines($1, array_agg(line.model), array_agg(line.row_id)) from (
    select o.model, o.id as row_id
    from jsonb_array_elements($2) c(body), jsonb_to_recordset(c.body->'operations') o(model text, id text)
    union
    select k.model, k.row_id
    from jsonb_array_elements($2) c(body), jsonb_to_recordset(c.body->'claims') mine(id text)
    join ablo.claim k on k.organization = $1 and k.id = mine.id) line;
  perform set_config('lock_timeout', patience, true);
end $$;

-- Step 4 for one commit.
create or replace function ablo.write_commit(organization text, n int, body jsonb) returns ablo.entry[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  entries ablo.entry[] := '{}';
  operation record;
  written ablo.written;
  difference jsonb;
  fields text[];
begin
  perform set_config('ablo.cause', (body - '{operations,premises,basedOn,claims}'::text[])::text, true);
  for operation in
    select o.i, o.body->>'op' as op, o.body->>'model' as model, o.body->>'id' as id, o.body->'data' as data
    from jsonb_array_elements(body->'operations') with ordinality o(body, i) order by o.i
  loop
    perform set_config('ablo.own', operation.model || '/' || operation.id, true);
    written := ablo.write_row(organization, operation.model, operation.op, operation.id, operation.data, body->'actor');
    if written.before is not null and written.after is not null then
      difference := ablo.difference(written.before, written.after);
      fields := ablo.changed(difference);
    else
      difference := written.before;
      fields := null;
    end if;
    entries := entries || row(
      n, operation.i - 1, operation.model, operation.id, operation.op, difference, written.after, fields)::ablo.entry;
  end loop;
  perform set_config('ablo.own', '', true), set_config('ablo.cause', '', true);
  return entries;
end $$;

-- For each commit the last of those from it on that, like it, update one row of the same model and do nothing else; 0 where
-- it is not such a one.
create or replace function ablo.runs(commits jsonb, receipts jsonb[], verdicts jsonb[]) returns int[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select case when r.fits then max(r.n) over (partition by r.run) else 0 end
    from (
      select f.n, f.fits, sum(f.begins::int) over (order by f.n) as run
      from (
        select c.n, o.fits, not (o.fits and lag(o.fits) over w and lag(o.model) over w = o.model) is true as begins
        from jsonb_array_elements(commits) with ordinality c(body, n)
        cross join lateral (
          select c.body->'operations'->0->>'model' as model,
            receipts[c.n] is null and verdicts[c.n] is null and jsonb_array_length(c.body->'operations') = 1
            and c.body->'operations'->0->>'op' in ('update', 'archive', 'unarchive') as fits) o
        window w as (order by c.n)) f) r
    order by r.n);
end $$;

-- Step 4 for a run of commits, in one statement. Null: it cannot be done so, or one of them fails and has to hear why. Then
-- each is written for itself.
create or replace function ablo.write_run(
  organization text, commits jsonb, first int, last int, receipts jsonb[], blocked_sessions text[]
) returns ablo.entry[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  model constant text := commits->(first - 1)->'operations'->0->>'model';
  run jsonb;
  entries ablo.entry[];
begin
  select jsonb_agg(c.body->'operations'->0 || jsonb_build_object('n', c.n)) into run
  from jsonb_array_elements(commits) with ordinality c(body, n)
  where c.n between first and last and receipts[c.n] is null and c.body->>'session' <> all (blocked_sessions);

  perform set_config('ablo.own', model || '/', true);
  entries := array(
    select row(u.n, 0, model, asked.id, asked.op, d.difference, u.after,
      array(select key from jsonb_object_keys(d.difference) key where key <> 'updatedAt'))::ablo.entry
    from ablo.update_rows(organization, model, run) u
    join jsonb_to_recordset(run) asked(n int, op text, id text) on asked.n = u.n
    cross join lateral (
      select coalesce(jsonb_object_agg(b.key, b.value), '{}') as difference
      from jsonb_each(u.before) b where u.after->b.key is distinct from b.value) d
    order by u.n);
  perform set_config('ablo.own', '', true);
  return nullif(entries, '{}');
exception when others then
  return null;
end $$;

-- Step 6: did somebody, since the first look, answer one of these keys, claim a row of a commit that is to be confirmed,
-- or change what it goes by? Or is the time of a claim over that one of them is made under?
create or replace function ablo.has_fallen(
  organization text, commits jsonb, receipts jsonb[], fresh boolean[], head bigint, seen bigint
) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  open jsonb[];
begin
  if exists (
    select from unnest(fresh, ablo.decided(organization, commits)) a(fresh, receipt)
    where a.fresh and a.receipt is not null) then
    return true;
  end if;
  if head = seen and not exists (
    select from jsonb_array_elements(commits) c, jsonb_array_elements(c->'claims') held
    join ablo.claim k on k.organization = $1 and k.id = held->>'id'
    where k.expires_at <= clock_timestamp()) then
    return false;
  end if;
  open := array(
    select case when a.fresh and a.receipt->>'status' = 'confirmed' then null else a.receipt end
    from unnest(fresh, receipts) a(fresh, receipt));
  return exists (
    select from unnest(ablo.judge(organization, commits, open, head, seen)) verdict where verdict is not null);
end $$;

-- Step 8. The receipts, with the refusals of those that were not decided, in the order of each session.
create or replace function ablo.refuse_behind(organization text, commits jsonb, receipts jsonb[]) returns jsonb[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  decided constant jsonb[] := ablo.decided(organization, commits);
  verdicts constant jsonb[] := ablo.judge(organization, commits, decided, ablo.head(organization), 0);
  refused boolean[] := array_fill(false, array[cardinality(receipts)]);
  passed jsonb[] := '{}';  -- sessions of which something is not decided, and keys that were answered here
  session jsonb;
  name jsonb;
begin
  for n in 1 .. cardinality(receipts) loop
    continue when ablo.is_decided(receipts[n]);
    session := commits->(n - 1)->'session';
    name := jsonb_build_array(commits->(n - 1)->'actor', commits->(n - 1)->'key');
    refused[n] := coalesce(verdicts[n] ? 'error', false) and session <> all (passed) and name <> all (passed);
    receipts[n] := coalesce(decided[n],
      case when refused[n] then ablo.rejected(verdicts[n]->'error') else receipts[n] end);
    if decided[n] is null then
      passed := passed || case when refused[n] then name else session end;
    end if;
  end loop;
  perform ablo.record(organization, commits, receipts, refused);
  return receipts;
end $$;

create or replace function ablo.commit_batch(organization text, commits jsonb, patient boolean) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  receipts jsonb[] := ablo.decided(organization, commits);                                  -- 1
  fresh boolean[];
  verdicts jsonb[];
  seen bigint;
  head bigint;
  body jsonb;
  n int := 0;
  runs int[];
  run ablo.entry[];
  entries ablo.entry[] := '{}';
  blocked_sessions text[] := '{}';
  state text; told text; name text; relation text; field text; rule text;
begin
  fresh := array(select r is null from unnest(receipts) r);
  if patient then
    perform ablo.await_targets(organization, commits, receipts);
  end if;
  receipts := ablo.lock_targets(organization, commits, receipts);                           -- 2
  if ablo.has_left(organization, 0) then perform ablo.catch_up(organization, commits); end if;
  loop
    seen := ablo.head(organization);
    verdicts := ablo.judge(organization, commits, receipts, seen, 0);                       -- 3
    exit when '{"status": "overdue"}' <> all (verdicts) is not false;
    perform ablo.catch_up(organization, commits);
  end loop;
  runs := case when cardinality(receipts) > 1 then ablo.runs(commits, receipts, verdicts) end;

  for body in select c.body from jsonb_array_elements(commits) with ordinality c(body, n) order by c.n loop
    n := n + 1;
    if receipts[n] is null and runs[n] > n and body->>'session' <> all (blocked_sessions) then
      run := ablo.write_run(organization, commits, n, runs[n], receipts, blocked_sessions);  -- 4
      runs := case when run is not null then runs end;
      for place in 1 .. coalesce(cardinality(run), 0) loop
        receipts[(run[place]).n] := jsonb_build_object('status', 'confirmed', 'seq', cardinality(entries) + place);
      end loop;
      entries := entries || run;
    end if;
    if receipts[n] is null and body->>'session' = any (blocked_sessions) then
      receipts[n] := '{"status": "behind"}';
    elsif receipts[n] is null and verdicts[n] ? 'status' then
      receipts[n] := verdicts[n];
    elsif receipts[n] is null and verdicts[n] ? 'error' then
      receipts[n] := ablo.rejected(verdicts[n]->'error');
    elsif receipts[n] is null then
      begin                                                                                 -- 4
        entries := entries || ablo.write_commit(organization, n, body || coalesce(verdicts[n] - 'notifications', '{}'));
        receipts[n] := ablo.receipt('confirmed', cardinality(entries), null, verdicts[n]->'notifications');
      exception when others then
        get stacked diagnostics state = returned_sqlstate, told = message_text, name = pg_exception_hint,
          relation = table_name, field = column_name, rule = constraint_name;
        receipts[n] := ablo.refusal(state, told, name, relation, field, rule);
        raise log 'ablo: a commit was refused: % %', state, told;
        if receipts[n] is null then raise; end if;
      end;
    end if;
    if not ablo.is_decided(receipts[n]) then
      blocked_sessions := blocked_sessions || (body->>'session');
    end if;
  end loop;

  fresh := array(select a.fresh and ablo.is_decided(a.receipt) from unnest(fresh, receipts) a(fresh, receipt));
  if not true = any (fresh) then
    return jsonb_build_object('head', seen, 'receipts', to_jsonb(receipts));
  end if;

  perform set_config('lock_timeout', '5s', true);
  head := ablo.lock_log(organization);                                                      -- 5
  if ablo.has_fallen(organization, commits, receipts, fresh, head, seen) then               -- 6
    raise exception 'A commit fell.' using errcode = 'ABLO1';
  end if;

  insert into ablo.log (organization, seq, kind, model, id, op, after, before, fields,      -- 7
    actor, on_behalf_of, session, commit_key, operation_index, groups_before, groups_after)
  select $1, head + e.position, 'row', e.model, e.id, e.op, e.after, e.before, e.fields,
    c.body->'actor', c.body->'onBehalfOf', c.body->>'session', c.body->>'key', e.i,
    array['org:' || $1], array['org:' || $1]
  from unnest(entries) with ordinality e(n, i, model, id, op, before, after, fields, position)
  join jsonb_array_elements(commits) with ordinality c(body, n) on c.n = e.n;
  receipts := array(
    select case when a.fresh and a.receipt ? 'seq'
      then jsonb_set(a.receipt, '{seq}', to_jsonb(head + (a.receipt->>'seq')::bigint)) else a.receipt end
    from unnest(fresh, receipts) a(fresh, receipt));
  perform ablo.record(organization, commits, receipts, fresh);
  perform ablo.cancel_claims(organization, array_agg(e.model), array_agg(e.id))
  from unnest(entries) e where e.op = 'delete' having count(*) > 0;
  if '{"status": "behind"}' = any (receipts) then
    receipts := ablo.refuse_behind(organization, commits, receipts);                        -- 8
  end if;
  return jsonb_build_object('head', ablo.head(organization), 'receipts', to_jsonb(receipts));
end $$;

-- A row was held for too long: its commit is rejected for good, so that no copy of it takes effect after its sender was
-- told so. Unless a copy was decided meanwhile.
create or replace function ablo.refuse_locked(organization text, commits jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  head constant bigint := ablo.lock_log(organization);
  decided constant jsonb[] := ablo.decided(organization, commits);
  receipts constant jsonb[] := array(
    select coalesce(d.receipt, ablo.rejected(ablo.error('row_locked'))) from unnest(decided) d(receipt));
begin
  perform ablo.record(organization, commits, receipts, array(select d.receipt is null from unnest(decided) d(receipt)));
  return jsonb_build_object('head', head, 'receipts', to_jsonb(receipts));
end $$;

select ablo.answers('ablo.commit(text, jsonb)', 'json');
create or replace function ablo.commit(organization text, input jsonb) returns json
language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set jit = off  -- each statement is planned once a session,
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off  -- and for tables that will have grown
as $$
declare
  commits constant jsonb := input->'commits';
  patient constant boolean := coalesce((input->>'patient')::boolean, false);
  answer jsonb;
  head bigint;
begin
  perform ablo.enter(organization, case when patient then '2s' else '50ms' end);
  for round in 1..5 loop
    begin
      answer := ablo.commit_batch(organization, commits, patient);
      exit;
    exception
      when sqlstate 'ABLO1' then continue;
      when lock_not_available or deadlock_detected then exit;
    end;
  end loop;
  answer := coalesce(answer, jsonb_build_object('head', ablo.head(organization), 'receipts',
    (select jsonb_agg('{"status": "blocked"}'::jsonb) from jsonb_array_elements(commits))));
  if (input->>'final')::boolean and answer @> '{"receipts": [{"status": "blocked"}]}' then
    perform set_config('lock_timeout', '5s', true);
    return ablo.refuse_locked(organization, commits)::json;
  end if;
  head := answer->'head';
  if head - (input->>'after')::bigint between 1 and 1000 and current_setting('ablo.flush', true) is distinct from 'pending' then
    return json_build_object('head', head, 'receipts', answer->'receipts',
      'page', ablo.page(organization, (input->>'after')::bigint, head, head));
  end if;
  return answer::json;
end $$;
