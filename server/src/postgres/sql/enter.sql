-- SPDX-License-Identifier: MIT
--
-- What every call does first, and the little that all of them need.

-- From here to the end of the transaction: one organization, a role that owns nothing, and no endless waiting.
create or replace function ablo.enter(organization text, patience text default '2s') returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if coalesce(organization, '') = '' then
    raise exception 'A call without an organization.' using errcode = 'ABLO0', hint = 'invalid_request';
  end if;
  perform set_config('app.current_org_id', organization, true),
          set_config('lock_timeout', patience, true),
          set_config('role', 'ablo_app', true);
end $$;

-- The position before the first entry of an organization's log that is still there; 0 when nothing was trimmed.
create or replace function ablo.log_begins(organization text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select o.trimmed from ablo.organization o where o.id = $1), 0);
end $$;

-- The last position of an organization's log, also when all of it was trimmed.
create or replace function ablo.head(organization text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(
    (select l.seq from ablo.log l where l.organization = $1 order by l.seq desc limit 1), ablo.log_begins($1));
end $$;

-- The same, and nobody else appends to this log before the transaction ends. Whoever wants rows has locked them by now:
-- rows first, then the log, in the order of their organizations, or transactions would wait for each other in a ring.
create or replace function ablo.lock_log(organization text) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from ablo.organization o where o.id = $1 for update;
  if not found then
    insert into ablo.organization (id) values ($1) on conflict do nothing;
    perform from ablo.organization o where o.id = $1 for update;
  end if;
  return ablo.head($1);
end $$;

-- Changes when the database was replaced, or restored to an earlier time: its log may then say other things under the
-- same positions. A restored dump has another table, a restored archive another timeline, a copy another database.
create or replace function ablo.epoch(organization text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return md5(concat_ws('/',
    (select o.epoch from ablo.organization o where o.id = $1),
    (select s.system_identifier from pg_control_system() s),
    (select d.oid from pg_database d where d.datname = current_database()),
    'ablo.log'::regclass::oid,
    left(pg_walfile_name(pg_current_wal_lsn()), 8)));  -- the timeline
end $$;

-- An actor, and nothing but what tells it from another.
create or replace function ablo.participant(actor jsonb) returns jsonb
language sql stable as $$
  select jsonb_build_object('kind', actor->'kind', 'id', actor->'id');
$$;

-- Milliseconds since 1970, as the wire has times.
create or replace function ablo.milliseconds(at timestamptz) returns bigint
language sql stable as $$
  select floor(extract(epoch from at) * 1000)::bigint;
$$;

-- An error as it travels: what was wrong here, then the list's sentence.
create or replace function ablo.error(code text, what text default null, details jsonb default '{}') returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('code', code, 'message', concat_ws(' ', what, ablo.sentence(code))) || details;
$$;
