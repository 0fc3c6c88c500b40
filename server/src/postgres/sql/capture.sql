-- SPDX-License-Identifier: MIT
--
-- Writes behind our back: psql, a cron job, another service, a cascade of our own delete, a user's own trigger. They become
-- entries of the log like any other, in the transaction that made them.
--
--   a row changes ──▶ ablo.capture_<model>() notes what it was          (generated; a trigger of the table)
--   COMMIT ─────────▶ ablo.flush_captured() locks the log and appends   (a deferred trigger of the notes)
--
-- Always true:
--   1. logs are locked at the end of a transaction, each once, in the order of their organizations;
--   2. what is logged is the row as it is committed, once, however often the transaction changed it; and not at all if
--      nothing came of it, or if the log says so already;
--   3. the rows our own commit writes are left to it: exactly the row it is writing, and not what a trigger makes of that.

-- Is this change of ours, and logged by commit.sql?
create or replace function ablo.own_write(model text, id text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return pg_trigger_depth() = 1 and current_setting('ablo.own', true) is not distinct from model || '/' || id;
end $$;

-- The first note of a transaction asks for the flush; so does the first one after it (SET CONSTRAINTS … IMMEDIATE).
create or replace function ablo.note_captured(organization text, model text, id text, before jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  asks constant boolean := current_setting('ablo.flush', true) is distinct from 'pending';
begin
  if organization is null then return; end if;
  if asks then perform set_config('ablo.flush', 'pending', true); end if;
  insert into ablo.captured (asks, organization, model, id, before, cause)
  values (asks, $1, $2, $3, $4, nullif(current_setting('ablo.cause', true), '')::jsonb);
end $$;

-- TRUNCATE tells no rows: every organization looks again.
create or replace function ablo.note_truncated(model text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform ablo.note_captured(o.id, $1, null, null) from ablo.organization o;
end $$;

-- Appends what was noted for one organization, whose log is locked. Where very many rows of a model changed, or none were
-- told, one `resync` entry says that all of them may have.
create or replace function ablo.log_captured(organization text, head bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  bulk constant text[] := array(
    select c.model from ablo.captured c where c.xid = pg_current_xact_id() and c.organization = $1
    group by c.model having count(*) > 10000 or bool_or(c.id is null));
begin
  insert into ablo.log (organization, seq, kind, model, id, op, after, before, fields, actor, on_behalf_of, session, commit_key,
    operation_index, groups_before, groups_after)
  select $1, head + row_number() over (order by e.n), e.kind, e.model, e.id, e.op, e.after,
    case when e.op = 'update' then e.difference else e.before end,
    case when e.op = 'update' then ablo.changed(e.difference) end,
    coalesce(e.cause->'actor', '{"kind": "system", "id": "external"}'), e.cause->'onBehalfOf', e.cause->>'session',
    'external:' || pg_current_xact_id(), row_number() over (order by e.n) - 1, array['org:' || $1], array['org:' || $1]
  from (
    select 0 as n, 'resync' as kind, b.model, '' as id, 'resync' as op, null::jsonb as after, null::jsonb as before,
      null::jsonb as difference, null::jsonb as cause
    from unnest(bulk) b(model)
    union all
    select note.n, 'row', note.model, note.id,
      case when image.after is null then 'delete' when note.before is null then 'create' else 'update' end,
      image.after, note.before, ablo.difference(note.before, image.after), note.cause
    from (
      select distinct on (c.model, c.id) c.* from ablo.captured c
      where c.xid = pg_current_xact_id() and c.organization = $1 and c.model <> all (bulk)
      order by c.model, c.id, c.n
    ) note
    cross join lateral (select ablo.image_row($1, note.model, note.id) as after) image
    left join lateral (
      select l.kind, l.after from ablo.log l
      where l.organization = $1 and l.model = note.model and l.id in (note.id, '') and l.kind in ('row', 'resync')
      order by l.seq desc limit 1
    ) last on true
    where image.after is distinct from case when last.kind = 'row' then last.after else note.before end
  ) e;
end $$;

create or replace function ablo.flush_captured() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
  theirs constant text := current_setting('app.current_org_id', true);
  tenant text;
begin
  for tenant in select distinct c.organization from ablo.captured c where c.xid = pg_current_xact_id() order by 1 loop
    perform set_config('app.current_org_id', tenant, true);
    perform ablo.log_captured(tenant, ablo.lock_log(tenant));
    perform ablo.cancel_claims(tenant, gone.model, gone.id) from (
      select distinct c.model, c.id from ablo.captured c
      join ablo.claim k on k.organization = c.organization and k.model = c.model and k.row_id = c.id and k.status in ('active', 'queued')
      where c.xid = pg_current_xact_id() and c.organization = tenant
    ) gone where ablo.image_row(tenant, gone.model, gone.id) is null;
  end loop;
  delete from ablo.captured c where c.xid = pg_current_xact_id();
  perform set_config('app.current_org_id', coalesce(theirs, ''), true), set_config('ablo.flush', '', true);
  return null;
end $$;

do $$ begin
  if not exists (select from pg_trigger where tgrelid = 'ablo.captured'::regclass and tgname = 'flush') then
    create constraint trigger flush after insert on ablo.captured deferrable initially deferred
      for each row when (new.asks) execute function ablo.flush_captured();
  end if;
end $$;
