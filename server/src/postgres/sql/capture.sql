-- SPDX-License-Identifier: MIT
--
-- Writes behind our back: psql, a cron job, another service, a cascade of our own delete, a user's own trigger. They
-- become entries of the log like any other, in the transaction that made them.
--
--   a row changes ──▶ ablo.capture_<table>() notes what it was         (generated; triggers of the table)
--   COMMIT ─────────▶ ablo.flush_captured() locks the log and appends  (a deferred trigger of the notes)
--          └ not now ─▶ ablo.backlog, logged by our next commit to this log, or by the poll of any server; what is little,
--                       by the next of others too
--
-- Always true:
--   1. logs are locked at the end of a transaction, each once, in the order of their organizations;
--   2. what is logged is the row as it is committed, once, however often the transaction changed it; and not at all if
--      nothing came of it, or if the log says so already;
--   3. nothing of this makes the writer's transaction fail, or wait for long;
--   4. what lies in the backlog is told before anything that is appended later, or a change of its rows would hide it;
--   5. the rows our own commit writes are left to it: exactly the row it is writing, once, not what a trigger or a key
--      makes of that.

-- Is this a transaction of ours? Nobody else can take this role; settings anybody can make.
create or replace function ablo.is_ours() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return current_setting('role') = 'ablo_app';
end $$;

-- The row of this model that our commit writes in this statement and logs itself; empty: the statement writes only such
-- rows. Null: there is none. What other triggers make of it is deeper. What the table's own keys make of it is not: it is
-- in the same statement's rows.
create or replace function ablo.own_row(model text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  own constant text := current_setting('ablo.own', true);
begin
  if starts_with(own, model || '/') and pg_trigger_depth() = 1 and ablo.is_ours() then
    return substr(own, length(model) + 2);
  end if;
  return null;
end $$;

-- The commit of ours that caused this. Null: nobody we know.
create or replace function ablo.cause() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when ablo.is_ours() then nullif(current_setting('ablo.cause', true), '')::jsonb end;
end $$;

-- Rows without an organization are nobody's.
create or replace function ablo.note(organization text, model text, id text, before jsonb, cause jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.captured (organization, model, id, before, cause) select $1, $2, $3, $4, $5 where $1 <> '';
end $$;

-- Notes of organizations where so many rows changed that they are not told one by one.
create or replace function ablo.note_many(model text, organizations text[]) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.captured (organization, model) select o.id, $1 from unnest(organizations) o(id) where o.id <> '';
  return array_remove(organizations, null);
end $$;

-- TRUNCATE tells no rows, and a table that somebody changed tells none we can read: every organization looks again.
create or replace function ablo.note_unseen(model text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.captured (organization, model)
  select o.id, $1 from ablo.organization o
  where not exists (
    select from ablo.captured c
    where c.xid = pg_current_xact_id() and c.organization = o.id and c.model = $1 and c.id is null);
end $$;

-- Asked for once a transaction, and again after it was done (SET CONSTRAINTS … IMMEDIATE).
create or replace function ablo.ask_for_flush() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('ablo.flush', true) is not distinct from 'pending' then return; end if;
  perform set_config('ablo.flush', 'pending', true);
  insert into ablo.captured (asks, organization, model) values (true, '', '');
end $$;

-- For people whose load fired no trigger (session_replication_role = replica, a partition that was attached): everybody
-- looks at this model again.
create or replace function ablo.announce(model text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform ablo.note_unseen(model), ablo.ask_for_flush();
end $$;

-- One marker for each of these models: all of its rows may have changed. The last position is returned. A transaction of
-- others is one commit: its key keeps its entries together, and they are numbered through.
create or replace function ablo.log_resyncs(organization text, head bigint, models text[]) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.log (organization, seq, kind, model, id, op, actor, commit_key, operation_index,
    groups_before, groups_after)
  select $1, head + m.place, 'resync', m.model, '', 'resync', ablo.outsider(), ablo.external_key(), m.place - 1,
    array['org:' || $1], array['org:' || $1]
  from unnest(models) with ordinality m(model, place);
  return head + cardinality(models);
end $$;

create or replace function ablo.outsider() returns jsonb
language sql immutable as $$ select '{"kind": "system", "id": "external"}'::jsonb $$;

-- Before a commit of ours the backlog is logged in the same transaction as what comes of that commit, and apart from it.
create or replace function ablo.external_key() returns text
language sql stable as $$
  select 'external:' || pg_current_xact_id() || case pg_trigger_depth() when 0 then '/backlog' else '' end;
$$;

-- What somebody did to a row, from what it was and what it is.
create or replace function ablo.deed(before jsonb, after jsonb) returns text
language sql immutable as $$
  select case when after is null then 'delete' when before is null then 'create'
    when after->'archivedAt' is not distinct from before->'archivedAt' then 'update'
    when after->>'archivedAt' is null then 'unarchive' else 'archive' end;
$$;

-- A transaction tells ten thousand rows one by one, however often it changed them. Beyond that a marker stands for the rows of
-- a model, where there are most of them first, so that the logs are not held for long.
create or replace function ablo.shorten_notes() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from ablo.captured c where c.xid = pg_current_xact_id() offset 10000) then return; end if;
  insert into ablo.captured (organization, model)
  select many.organization, many.model from (
    select c.organization, c.model, sum(c.rows) over (order by c.rows, c.organization, c.model) as told
    from (
      select c.organization, c.model, count(distinct c.id) as rows
      from ablo.captured c where c.xid = pg_current_xact_id() and not c.asks
      group by c.organization, c.model having bool_and(c.id is not null)) c
    ) many
  where many.told > 10000;
end $$;

-- Appends what came of the notes for one organization, whose log is locked and ends at `head`. Where rows of a model were
-- not told, one `resync` entry says that all of them may have changed.
create or replace function ablo.log_captured(organization text, head bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  bulk constant text[] := array(
    select c.model from ablo.captured c where c.xid = pg_current_xact_id() and c.organization = $1
    group by c.model having bool_or(c.id is null) order by c.model);
  last constant bigint := case when bulk = '{}' then head else ablo.log_resyncs($1, head, bulk) end;
begin
  insert into ablo.log (organization, seq, kind, model, id, op, before, after, fields,
    actor, on_behalf_of, session, commit_key, operation_index, groups_before, groups_after)
  select $1, last + news.place, 'row', news.model, news.id, ablo.deed(news.before, news.after), news.difference, news.after,
    case when news.before is not null and news.after is not null then ablo.changed(news.difference) end,
    coalesce(cause->'actor', ablo.outsider()), cause->'onBehalfOf', cause->>'session',
    ablo.external_key(), last - head + news.place - 1, array['org:' || $1], array['org:' || $1]
  from (
    select n.model, n.id, n.before, n.cause, image.after, row_number() over (order by n.model, n.id) as place,
      case when n.before is null or image.after is null then n.before else ablo.difference(n.before, image.after) end
        as difference
    from (
      select distinct on (c.model, c.id) c.model, c.id, c.before, c.cause from ablo.captured c
      where c.xid = pg_current_xact_id() and c.organization = $1 and c.model <> all (bulk)
      order by c.model, c.id, c.n
    ) n
    cross join lateral (select ablo.image_row($1, n.model, n.id) as after offset 0) image
    left join lateral (  -- what the log says of the row, unless a marker came after that
      select l.seq, l.after from ablo.log l
      where l.organization = $1 and l.model = n.model and l.id = n.id and l.kind = 'row'
      order by l.organization desc, l.model desc, l.id desc, l.seq desc limit 1
    ) logged on true
    left join lateral (
      select l.seq from ablo.log l where l.organization = $1 and l.model = n.model and l.id = ''
      order by l.organization desc, l.model desc, l.id desc, l.seq desc limit 1
    ) marker on true
    where image.after is distinct from
      case when logged.seq > coalesce(marker.seq, 0) then logged.after else n.before end
  ) news;
end $$;

-- Which transactions may have left something of an organization that nobody took yet: all from `since` on, and these `open`
-- ones. What others left is gone; but while somebody's old snapshot might see it, it stays in the indexes, in the way of
-- whoever looks there. The newest of `taken` is found at once, whatever is dead behind it. It has no search_path of its own:
-- every commit asks.
create or replace function ablo.untaken(tenant text, out since xid8, out open xid8[])
language plpgsql stable as $$
begin
  select t.since, t.open into since, open
  from (select t.*, t.xmin from ablo.taken t where t.organization = tenant order by t.organization desc, t.n desc limit 1) t
  where t.writer = t.xmin and t.place = 'ablo.taken'::regclass;
  since := coalesce(since, '0');
end $$;

-- Remembers that whatever this snapshot sees of a backlog is gone. Nobody else takes of it before the transaction ends. What
-- this very transaction leaves later is not gone, though its snapshots count it among what they see.
create or replace function ablo.took(tenant text, seen pg_snapshot) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  before constant bigint := (
    select t.n from ablo.taken t where t.organization = tenant order by t.organization desc, t.n desc limit 1);
  made bigint;
begin
  insert into ablo.taken (organization, place, since, open)
  values (tenant, 'ablo.taken'::regclass, pg_snapshot_xmax(seen), array(select pg_snapshot_xip(seen)) || pg_current_xact_id())
  returning n into made;
  update ablo.taken t set writer = t.xmin where t.n = made;
  delete from ablo.taken t where t.n = before;
end $$;

-- Whether others left more notes than so many of an organization.
create or replace function ablo.has_left(tenant text, many int) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  untaken constant record := ablo.untaken(tenant);
begin
  return exists (
    select b.n from ablo.backlog b where b.organization = tenant and b.xid >= untaken.since
    union all
    select b.n from ablo.backlog b where b.organization = tenant and b.xid = any (untaken.open)
    offset many);
end $$;

-- Makes notes of what others left of an organization, whose log is locked: nobody else takes them. They are older than those
-- of this transaction, and so come before them.
create or replace function ablo.take_backlog(tenant text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  untaken constant record := ablo.untaken(tenant);
  now pg_snapshot;
begin
  if not ablo.has_left(tenant, 0) then return; end if;
  with late as (
    delete from ablo.backlog b where b.organization = tenant and b.xid >= untaken.since returning b.*
  ), early as (
    delete from ablo.backlog b where b.organization = tenant and b.xid = any (untaken.open) returning b.*
  ), noted as (
    insert into ablo.captured (n, organization, model, id, before, cause) overriding system value
    select t.n - 4611686018427387904, t.organization, t.model, t.id, t.before, t.cause
    from (select * from late union all select * from early) t
  )
  select pg_current_snapshot() into now;
  perform ablo.took(tenant, now), ablo.shorten_notes();
end $$;

-- Ends the lines of rows that are gone: of those that the notes of this transaction name, and of any of a model where they
-- name none. Where nobody can tell (somebody dropped the table) the lines stay, until their time is over.
create or replace function ablo.cancel_gone(tenant text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform ablo.cancel_claims(tenant, array_agg(k.model), array_agg(k.row_id))
  from (
    select k.model, k.row_id from ablo.captured c
    join ablo.claim k on k.organization = tenant and k.model = c.model and k.row_id = c.id and k.status in ('active', 'queued')
    where c.xid = pg_current_xact_id() and c.organization = tenant
    union
    select k.model, k.row_id from (
      select distinct c.model from ablo.captured c
      where c.xid = pg_current_xact_id() and c.organization = tenant and c.id is null) c
    join ablo.claim k on k.organization = tenant and k.model = c.model and k.status in ('active', 'queued')) k
  where ablo.image_row(tenant, k.model, k.row_id) is null
  having count(*) > 0;
exception
  when lock_not_available or deadlock_detected then raise;
  when others then raise log 'ablo: claims of % are not looked at: % %', tenant, sqlstate, sqlerrm;
end $$;

-- Logs one organization's notes. What cannot be said row by row (somebody changed the table, a key is too long for an
-- index) is said with a marker.
create or replace function ablo.log_organization(tenant text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  head bigint;
  models text[];
begin
  perform set_config('app.current_org_id', tenant, true);
  head := ablo.lock_log(tenant);
  perform ablo.take_backlog(tenant);
  begin
    perform ablo.log_captured(tenant, head);
  exception when others then
    raise log 'ablo: changes of % are logged without their rows: % %', tenant, sqlstate, sqlerrm;
    models := array(
      select distinct c.model from ablo.captured c
      where c.xid = pg_current_xact_id() and c.organization = tenant order by c.model);
    perform ablo.log_resyncs(tenant, head, models);
  end;
  perform ablo.cancel_gone(tenant);
end $$;

-- Logs the notes of this transaction, and what others left of these organizations, all of it or nothing: false. Nothing where
-- they left more notes than `most` of one. It waits for nobody long, whatever the writer's own limits are, and its plans and
-- images do not depend on the writer's settings.
create or replace function ablo.log_organizations(tenants text[], most int) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp set row_security = on set extra_float_digits = 1 set lock_timeout = '200ms'
set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  theirs constant text := current_setting('app.current_org_id', true);
  tenant text;
begin
  if most is not null and exists (select from unnest(tenants) t(id) where ablo.has_left(t.id, most)) then return false; end if;
  perform ablo.shorten_notes();
  foreach tenant in array tenants loop
    perform ablo.log_organization(tenant);
  end loop;
  perform set_config('app.current_org_id', coalesce(theirs, ''), true);
  return true;
exception when others then
  raise log 'ablo: changes of % are logged later: % %', tenants, sqlstate, sqlerrm;
  return false;
end $$;

-- Not now: a transaction that reads from one snapshot does not see where a log ends, and one that is prepared keeps its
-- locks for as long as somebody likes.
create or replace function ablo.may_log() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return current_setting('transaction_isolation') in ('read committed', 'read uncommitted')
    and current_query() !~* '\mprepare\s+transaction\M';
end $$;

-- Keeps the notes of this transaction for whoever logs them later: the first of each row.
create or replace function ablo.keep_notes() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.backlog (organization, model, id, before, cause)
  select n.organization, n.model, n.id, n.before, n.cause from (
    select distinct on (c.organization, c.model, c.id) c.* from ablo.captured c
    where c.xid = pg_current_xact_id() and not c.asks order by c.organization, c.model, c.id, c.n
  ) n order by n.n;
end $$;

-- Who changed one row does not have to log all that others left: if that is much, it goes there too.
create or replace function ablo.flush_captured() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = on
set plan_cache_mode = force_generic_plan set jit = off as $$
declare
  tenants constant text[] := array(
    select distinct c.organization from ablo.captured c where c.xid = pg_current_xact_id() and not c.asks order by 1);
begin
  if not ablo.may_log() or not ablo.log_organizations(tenants, 1000) then perform ablo.keep_notes(); end if;
  delete from ablo.captured c where c.xid = pg_current_xact_id();
  perform set_config('ablo.flush', '', true);
  return null;
end $$;

-- Logs what transactions of others left behind in one organization, or leaves it there: false.
select ablo.answers('ablo.log_left(text)', 'boolean');
create or replace function ablo.log_left(tenant text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp set row_security = on as $$
begin
  if not ablo.log_organizations(array[tenant], null) then return false; end if;
  delete from ablo.captured c where c.xid = pg_current_xact_id();
  return true;
end $$;

-- The same in all of them. Every server asks for it many times a second. Where others have taken something since, it was looked
-- for among what is gone: that is remembered as well.
create or replace function ablo.log_backlog() returns void
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  untaken record := ablo.untaken('');
  tenants text[];
  now pg_snapshot;
begin
  if (select t.organization from ablo.taken t order by t.n desc limit 1) = ''
    and not exists (select from ablo.backlog b where b.xid >= untaken.since)
    and not exists (select from ablo.backlog b where b.xid = any (untaken.open)) then
    return;
  end if;
  if not pg_try_advisory_xact_lock(hashtextextended('ablo.backlog', 0)) then return; end if;
  untaken := ablo.untaken('');
  select array_agg(distinct b.organization order by b.organization), pg_current_snapshot() into tenants, now from (
    select b.organization from ablo.backlog b where b.xid >= untaken.since
    union all
    select b.organization from ablo.backlog b where b.xid = any (untaken.open)) b;
  if (select bool_and(ablo.log_left(t.id)) from unnest(tenants) t(id)) is not false then perform ablo.took('', now); end if;
end $$;

do $$ begin
  if not exists (select from pg_trigger where tgrelid = 'ablo.captured'::regclass and tgname = 'flush') then
    create constraint trigger flush after insert on ablo.captured deferrable initially deferred
      for each row when (new.asks) execute function ablo.flush_captured();
  elsif exists (
    select from pg_trigger where tgrelid = 'ablo.captured'::regclass and tgname = 'flush' and tgenabled not in ('O', 'A')) then
    alter table ablo.captured enable trigger flush;
  end if;
end $$;
