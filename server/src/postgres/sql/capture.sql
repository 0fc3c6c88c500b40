-- SPDX-License-Identifier: MIT
--
-- Writes behind our back: psql, a cron job, another service, a cascade of our own delete, a user's own trigger. They
-- become entries of the log like any other, in the transaction that made them.
--
--   a row changes ──▶ ablo.capture_<table>() notes what it was         (generated; a trigger of the table)
--   COMMIT ─────────▶ ablo.flush_captured() locks the log and appends  (a deferred trigger of the notes)
--
-- Always true:
--   1. logs are locked at the end of a transaction, each once, in the order of their organizations;
--   2. what is logged is the row as it is committed, once, however often the transaction changed it; and not at all if
--      nothing came of it, or if the log says so already;
--   3. the rows our own commit writes are left to it: exactly the row it is writing, not what a trigger makes of that.

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

-- One entry of somebody else's transaction. Its `place` in it keeps the entries together, like those of a commit.
create or replace function ablo.log_external(
  organization text, seq bigint, place bigint, kind text, model text, id text, op text,
  before jsonb, after jsonb, fields text[], cause jsonb
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.log (organization, seq, kind, model, id, op, before, after, fields,
    actor, on_behalf_of, session, commit_key, operation_index, groups_before, groups_after)
  values ($1, $2, $4, $5, $6, $7, $8, $9, $10,
    coalesce(cause->'actor', '{"kind": "system", "id": "external"}'), cause->'onBehalfOf', cause->>'session',
    'external:' || pg_current_xact_id(), place, array['org:' || $1], array['org:' || $1]);
end $$;

-- Appends what came of the notes for one organization, whose log is locked and ends at `head`. Where very many rows
-- of a model changed, or none were told, one `resync` entry says that all of them may have.
create or replace function ablo.log_captured(organization text, head bigint) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  bulk constant text[] := array(
    select c.model from ablo.captured c where c.xid = pg_current_xact_id() and c.organization = $1
    group by c.model having count(*) > 10000 or bool_or(c.id is null) order by c.model);
  place bigint := 0;
  marked text;
  note record;
  logged record;
  image jsonb;
  op text;
  before jsonb;
begin
  foreach marked in array bulk loop
    place := place + 1;
    perform ablo.log_external($1, head + place, place - 1, 'resync', marked, '', 'resync', null, null, null, null);
  end loop;
  for note in
    select distinct on (c.model, c.id) c.model, c.id, c.before, c.cause from ablo.captured c
    where c.xid = pg_current_xact_id() and c.organization = $1 and c.model <> all (bulk)
    order by c.model, c.id, c.n
  loop
    image := ablo.image_row($1, note.model, note.id);
    select l.after into logged from ablo.log l  -- what the log says of the row, unless a marker came after that
    where l.organization = $1 and l.model = note.model and l.id = note.id and l.kind = 'row' and l.seq > coalesce(
      (select max(r.seq) from ablo.log r where r.organization = $1 and r.model = note.model and r.id = ''), 0)
    order by l.organization desc, l.model desc, l.id desc, l.seq desc limit 1;
    continue when image is not distinct from case when found then logged.after else note.before end;

    op := case when image is null then 'delete' when note.before is null then 'create'
      when image->'archivedAt' is not distinct from note.before->'archivedAt' then 'update'
      when image->>'archivedAt' is null then 'unarchive' else 'archive' end;
    before := case when op in ('create', 'delete') then note.before else ablo.difference(note.before, image) end;
    place := place + 1;
    perform ablo.log_external($1, head + place, place - 1, 'row', note.model, note.id, op,
      before, image, case when op not in ('create', 'delete') then ablo.changed(before) end, note.cause);
  end loop;
end $$;

create or replace function ablo.flush_captured() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  theirs constant text := current_setting('app.current_org_id', true);
  tenant text;
begin
  for tenant in select distinct c.organization from ablo.captured c where c.xid = pg_current_xact_id() order by 1 loop
    perform set_config('app.current_org_id', tenant, true);
    perform ablo.log_captured(tenant, ablo.lock_log(tenant));
    perform ablo.cancel_claims(tenant, gone.model, gone.id) from (
      select distinct c.model, c.id from ablo.captured c
      join ablo.claim k on k.organization = c.organization and k.model = c.model and k.row_id = c.id
        and k.status in ('active', 'queued')
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
