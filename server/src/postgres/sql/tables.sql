-- SPDX-License-Identifier: MIT
--
-- What the server keeps: the schema `ablo`, its tables, and the role that works in them.
--
-- Always true:
--   1. `ablo_app` owns nothing, cannot log in, and sees one organization: the one of the running transaction;
--   2. the owner of these tables (the role of DATABASE_URL) sees all of them here, but no row of the users' tables;
--   3. nothing in this file changes what an earlier run of it made: it may be run at every start;
--   4. what is there already is not touched. Even ALTER … IF NOT EXISTS waits for whoever writes to a table, and everybody
--      else who wants to waits behind it.

create schema if not exists ablo;

-- A function that answered with another type in an earlier version has to go before it can be made anew.
create or replace function ablo.answers(signature text, type regtype) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if (select p.prorettype <> type from pg_proc p where p.oid = to_regprocedure(signature)) then
    execute 'drop function ' || signature;
  end if;
end $$;

-- Indexes that a dry run leaves out, each with its table, because building one reads all of it and writers wait meanwhile.
-- Null: this is none.
create or replace function ablo.left_out() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return nullif(current_setting('ablo.dry_run', true), '')::jsonb;
end $$;

create or replace function ablo.ensure_index(target regclass, name text, definition text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  full_name constant text := (select format('%s.%I', c.relnamespace::regnamespace, name) from pg_class c where c.oid = target);
  left_out constant jsonb := ablo.left_out();
begin
  if to_regclass(full_name) is not null then
    return;
  elsif left_out is null then
    execute format('create index %I on %s %s', name, target, definition);
  else
    perform set_config('ablo.dry_run', (left_out || jsonb_build_object(full_name, target::oid))::text, true);
  end if;
end $$;

-- A rule as it is in force, to tell whether somebody changed it since.
create or replace function ablo.rule_text(target regclass, rule text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select md5(concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[]::text[],
      pg_get_expr(p.polqual, target), pg_get_expr(p.polwithcheck, target)))
    from pg_policy p where p.polrelid = target and p.polname = rule);
end $$;

-- A rule of a table of ours. Its comment remembers what was asked for, and what Postgres made of it.
create or replace function ablo.ensure_rule(target regclass, rule text, grantee name, condition text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  asked constant text := md5(concat_ws(' ', grantee, condition));
begin
  if exists (
    select from pg_policy p where p.polrelid = target and p.polname = rule
      and obj_description(p.oid, 'pg_policy') = concat_ws(' ', asked, ablo.rule_text(target, rule))) then
    return;
  end if;
  execute format('drop policy if exists %I on %s', rule, target);
  execute format('create policy %I on %s to %I using (%4$s) with check (%4$s)', rule, target, grantee, condition);
  execute format('comment on policy %I on %s is %L', rule, target, concat_ws(' ', asked, ablo.rule_text(target, rule)));
end $$;

do $$
begin
  if not exists (select from pg_roles where rolname = 'ablo_app') then
    create role ablo_app nologin nosuperuser nobypassrls noinherit;
  end if;
exception
  when duplicate_object or unique_violation then
    null;  -- roles belong to the cluster: another of its databases was faster
  when insufficient_privilege then
    raise exception 'The role % may not create roles. An administrator can: %', current_user,
      format('create role ablo_app nologin noinherit; grant ablo_app to %I;', current_user)
      using errcode = 'ABLO0', hint = 'permission_denied';
end $$;

-- Whoever weakened it is undone, as far as this login may; `ablo check` says what is left.
do $$
declare
  granted text;
begin
  if exists (
    select from pg_roles r where r.rolname = 'ablo_app' and (
      r.rolsuper or r.rolbypassrls or r.rolcanlogin or r.rolcreaterole or r.rolcreatedb or r.rolreplication)) then
    alter role ablo_app nologin nosuperuser nobypassrls nocreaterole nocreatedb noreplication;
  end if;
  for granted in
    select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = 'ablo_app'::regrole
  loop
    execute format('revoke %I from ablo_app', granted);
  end loop;
exception when insufficient_privilege then
  null;
end $$;

-- This login becomes ablo_app for each call, and inherits nothing from it where Postgres can be told so.
do $$
declare
  become constant text := format('grant ablo_app to %I', current_user)
    || case when current_setting('server_version_num')::int >= 160000 then ' with inherit false, set true' else '' end;
begin
  perform set_config('role', 'ablo_app', true), set_config('role', 'none', true);
exception when insufficient_privilege then
  begin
    execute become;
  exception when insufficient_privilege then
    raise exception 'The role % may not become ablo_app. An administrator can: %;', current_user, become
      using errcode = 'ABLO0', hint = 'permission_denied';
  end;
end $$;

-- A tenant. Its row is the lock under which its log grows and its claims are decided; `epoch` tells this database
-- from a replacement of it; the log's entries up to `trimmed` are no longer kept.
create table if not exists ablo.organization (
  id text collate "C" primary key check (id <> ''),
  name text,
  epoch text not null default gen_random_uuid()::text,
  created_at timestamptz not null default now()
);
do $$ begin
  if not exists (select from pg_attribute where attrelid = 'ablo.organization'::regclass and attname = 'trimmed') then
    alter table ablo.organization add column trimmed bigint not null default 0;
  end if;
end $$;

-- Everything that happened in an organization since `trimmed`: dense, in commit order; the first was 1.
create table if not exists ablo.log (
  organization text collate "C" not null,
  seq bigint not null,
  kind text not null check (kind in ('row', 'claim', 'group', 'schema', 'resync')),
  model text collate "C",
  id text collate "C",
  op text,
  after jsonb,
  before jsonb,
  fields text[],
  actor jsonb,
  on_behalf_of jsonb,
  session text,
  commit_key text,
  operation_index int,
  groups_before text[],
  groups_after text[],
  at timestamptz not null default clock_timestamp(),
  primary key (organization, seq)
);
select ablo.ensure_index('ablo.log', 'log_row_idx', '(organization, model, id, seq)');

-- The outcome of each attempt under a key. Kept for as long as a duplicate of it is not refused for its age.
create table if not exists ablo.commit (
  organization text collate "C" not null,
  actor_kind text collate "C" not null,
  actor_id text collate "C" not null,
  key text collate "C" not null,
  attempt int not null,
  hash bytea not null,
  status text not null check (status in ('confirmed', 'rejected')),
  seq bigint,
  error jsonb,
  notifications jsonb,
  issued_at timestamptz not null,
  at timestamptz not null default clock_timestamp(),
  primary key (organization, actor_kind, actor_id, key, attempt)
);
select ablo.ensure_index('ablo.commit', 'commit_issued_at_idx', '(issued_at)');

-- A lease on a row or on fields of it (null: on all of it). Tickets order the line, fences order the grants; both outlive a
-- crash.
create sequence if not exists ablo.fence;
create table if not exists ablo.claim (
  organization text collate "C" not null,
  id text collate "C" not null,
  model text collate "C" not null,
  row_id text collate "C" not null,
  fields text[] collate "C",
  actor jsonb not null,
  session text,
  action text,
  description text,
  meta jsonb,
  status text not null check (status in ('active', 'queued', 'released', 'expired', 'canceled')),
  ticket bigint generated by default as identity,
  position int,
  fence bigint,
  read_at bigint,
  ttl interval not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  primary key (organization, id)
);
do $$ begin
  if exists (select from pg_attribute a where a.attrelid = 'ablo.claim'::regclass and a.attname = 'field' and not a.attisdropped) then
    alter table ablo.claim add column fields text[] collate "C", alter column ticket set generated by default;
    update ablo.claim set fields = array[field] where field is not null;
    alter table ablo.claim drop column field;
  end if;
end $$;
select ablo.ensure_index('ablo.claim', 'claim_line_idx',
  $$(organization, model, row_id, ticket) where status in ('active', 'queued')$$);
select ablo.ensure_index('ablo.claim', 'claim_actor_idx',
  $$(organization, actor) where status in ('active', 'queued')$$);
select ablo.ensure_index('ablo.claim', 'claim_due_idx', '(expires_at)');

-- Keys and session tokens. Only the SHA-256 of their text is here.
create table if not exists ablo.credential (
  id text primary key default gen_random_uuid()::text,
  prefix text not null,
  hash text not null unique,
  organization text collate "C" not null,
  kind text not null check (kind in ('sk', 'rk', 'ek', 'pk')),
  actor jsonb not null,
  on_behalf_of jsonb,
  groups text[] not null,
  operations text[] not null,
  meta jsonb not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
select ablo.ensure_index('ablo.credential', 'credential_expires_at_idx', '(expires_at) where expires_at is not null');

-- The schemas that were pushed; the newest is in force. `plan` is the SHA-256 of the statements it was provisioned
-- with.
create table if not exists ablo.schema (
  version int primary key,
  hash text not null,
  plan text not null,
  document text not null,
  pushed_at timestamptz not null default now()
);

-- What the capture triggers have seen in a transaction that has not committed (capture.sql).
create unlogged table if not exists ablo.captured (
  xid xid8 not null default pg_current_xact_id(),
  n bigint generated always as identity,
  asks boolean not null default false,
  organization text collate "C" not null,
  model text collate "C" not null,
  id text collate "C",
  before jsonb,
  cause jsonb,
  primary key (xid, n)
);
do $$ begin
  if exists (
    select from pg_attribute where attrelid = 'ablo.captured'::regclass and attname = 'asks' and not atthasdef) then
    alter table ablo.captured alter column asks set default false;
  end if;
end $$;

-- What was captured in a transaction that could not log it. It is committed, so it survives a crash; the next commit to the
-- same log, or any server at its next poll, logs it.
create table if not exists ablo.backlog (
  n bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  organization text collate "C" not null,
  model text collate "C" not null,
  id text collate "C",
  before jsonb,
  cause jsonb
);
do $$ begin
  if not exists (select from pg_attribute where attrelid = 'ablo.backlog'::regclass and attname = 'xid') then
    alter table ablo.backlog add column xid xid8 not null default pg_current_xact_id();
    drop index if exists ablo.backlog_organization_idx;
  end if;
end $$;
select ablo.ensure_index('ablo.backlog', 'backlog_xid_idx', '(xid)');
select ablo.ensure_index('ablo.backlog', 'backlog_organization_xid_idx', '(organization, xid)');

-- How far the backlog of an organization was taken; of '', that of all. What was left by transactions before `since` is gone,
-- unless it was one of these `open` ones. Their numbers say nothing where a dump was restored: that transaction is not the
-- `writer`, nor this table in the same `place`.
create table if not exists ablo.taken (
  n bigint generated always as identity primary key,
  organization text collate "C" not null,
  place oid not null,
  since xid8 not null,
  open xid8[] not null,
  writer xid
);
select ablo.ensure_index('ablo.taken', 'taken_organization_idx', '(organization, n)');

do $$
declare
  tenants constant jsonb :=
    '{"organization": "id", "log": "organization", "commit": "organization", "claim": "organization"}';
  ours record;
  rule text;
begin
  for ours in
    select c.oid::regclass as name, tenants->>c.relname as organization, c.relrowsecurity and c.relforcerowsecurity as closed
    from pg_class c where c.relnamespace = 'ablo'::regnamespace and c.relkind in ('r', 'p')
  loop
    if not ours.closed then
      execute format('alter table %s enable row level security, force row level security', ours.name);
    end if;
    for rule in
      select p.polname from pg_policy p
      where p.polrelid = ours.name and p.polname <> 'owner' and (p.polname <> 'tenant' or ours.organization is null)
    loop
      execute format('drop policy %I on %s', rule, ours.name);
    end loop;
    perform ablo.ensure_rule(ours.name, 'owner', current_user, 'true');
    if ours.organization is not null then
      perform ablo.ensure_rule(ours.name, 'tenant', 'ablo_app',
        format($q$%I = nullif(current_setting('app.current_org_id', true), '')$q$, ours.organization));
    end if;
  end loop;
end $$;

grant usage on schema ablo to ablo_app;
do $$ begin
  if not has_schema_privilege('ablo_app', 'public', 'usage') then
    grant usage on schema public to ablo_app;
  end if;
exception when insufficient_privilege then
  null;
end $$;
grant select, insert, update on ablo.organization, ablo.claim to ablo_app;
grant select, insert on ablo.log, ablo.commit to ablo_app;
grant usage on sequence ablo.fence to ablo_app;
