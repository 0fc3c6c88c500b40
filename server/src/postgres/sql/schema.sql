-- SPDX-License-Identifier: MIT
--
-- The schema in force, and what the statements of wasm/core/src/schema/ddl.cpp call where plain DDL cannot be repeated, or would
-- lock a table that is as it should be: behind a transaction of somebody who uses it, everybody else would wait.

create or replace function ablo.schema_in_force() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select jsonb_build_object('version', s.version, 'hash', s.hash, 'plan', s.plan, 'document', s.document)
          from ablo.schema s order by s.version desc limit 1);
end $$;

-- The hub's question when a client brings a schema that it does not have: {than}, the hash of the one it has.
create or replace function ablo.other_schema(organization text, input jsonb) returns json
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((
    select case when s.hash is distinct from $2->>'than' then json_build_object('document', s.document) end
    from ablo.schema s order by s.version desc limit 1), '{}');
end $$;

create or replace function ablo.record_schema(document text, hash text, plan text) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  made int;
begin
  insert into ablo.schema (version, hash, plan, document)
  values ((select coalesce(max(s.version), 0) + 1 from ablo.schema s), $2, $3, $1)
  returning version into made;
  return made;
end $$;

-- The tables that are there, and what a push may give them or take from them.
create or replace function ablo.present() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_object_agg(c.relname, array(
      select 'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all select format('constraint %s %s', k.conname, regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''))
        from pg_constraint k where k.conrelid = c.oid
      union all select 'index ' || i.indexrelid::regclass::text from pg_index i where i.indrelid = c.oid
      union all select 'index ' || l.index from jsonb_each_text(ablo.left_out()) l(index, of) where l.of = c.oid::text
      union all select format('%s policy %s for %s', case p.polpermissive when true then 'permissive' else 'restrictive' end,
        p.polname, array_to_string(array(
          select case r.role when 0 then 'everybody' else r.role::regrole::text end from unnest(p.polroles) r(role)), ', '))
        from pg_policy p where p.polrelid = c.oid
      union all select 'row level security' where c.relrowsecurity
      union all select 'row level security for its owner' where c.relforcerowsecurity
      union all select 'trigger ' || t.tgname from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
      union all select 'grant to ablo_app' where has_table_privilege('ablo_app', c.oid, 'insert')
    )), '{}')
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'));
end $$;

-- What of it is not as it was, in words; of tables that were there.
create or replace function ablo.changed_since(earlier jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  now constant jsonb := ablo.present();
begin
  return (
    select coalesce(jsonb_agg(format('%s: %s %s', t.name, d.sign, d.what) order by t.name, d.sign desc, d.place), '[]')
    from jsonb_each(earlier) t(name, had)
    cross join lateral (
      select '+' as sign, has.what, has.place from jsonb_array_elements_text(now->t.name) with ordinality has(what, place)
      where not t.had ? has.what
      union all
      select '-', had.what, had.place from jsonb_array_elements_text(t.had) with ordinality had(what, place)
      where not coalesce(now->t.name, '[]') ? had.what) d);
end $$;

-- Makes a table unless there is one of this name, which is then taken as it is. A new one belongs to its owner alone: what
-- the database grants on new tables by default is taken back, and who is granted something later is let in.
create or replace function ablo.ensure_table(name text, definition text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  grantee text;
begin
  if to_regclass(name) is not null then return; end if;
  execute format('create table %s %s', name, definition);
  for grantee in
    select distinct case a.grantee when 0 then 'public' else a.grantee::regrole::text end
    from pg_class c, aclexplode(c.relacl) a where c.oid = name::regclass and a.grantee <> c.relowner
  loop
    execute format('revoke all on %s from %s', name, grantee);
  end loop;
end $$;

-- What the tenant rule and the open one of a table are called.
create or replace function ablo.rules_of(target regclass, out tenant text, out others text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  name constant text := (select c.relname from pg_class c where c.oid = target);
begin
  tenant := left(name, 46) || '_tenant_isolation';
  others := left(name, 52) || '_as_before';
end $$;

-- Whom the open rule of a table lets in. Everybody, if it had no rules of its own: grants decide as they always did. If it
-- has any, or was closed, they go on deciding for everybody but us and its owner.
create or replace function ablo.let_in(target regclass) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  rules constant record := ablo.rules_of(target);
begin
  if exists (select from pg_policy p where p.polrelid = target and p.polname not in (rules.tenant, rules.others))
    or (select c.relrowsecurity from pg_class c where c.oid = target) and not exists (
      select from pg_policy p where p.polrelid = target and (p.polname = rules.others and p.polroles = '{0}'
        or p.polname = rules.tenant and obj_description(p.oid, 'pg_policy') like '% {public}')) then
    return array(
      select distinct r.rolname::text from pg_class c, pg_namespace n, pg_roles r
      where c.oid = target and n.nspname = 'ablo' and (r.oid in (c.relowner, n.nspowner) or r.rolname = 'ablo_app')
      order by 1);
  end if;
  return '{public}';
end $$;

-- Holds ablo_app to the organization of the running transaction, by a rule that no other rule of the table can widen, and
-- leaves the table to everybody else as it was. A login that inherits from ablo_app is not held: what counts is who one is.
create or replace function ablo.ensure_tenancy(target regclass, organization text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rules constant record := ablo.rules_of(target);
  held constant text := format(
    $q$(current_user <> 'ablo_app' or %I = nullif(current_setting('app.current_org_id', true), ''))$q$, organization);
  let_in constant text[] := ablo.let_in(target);
begin
  if not exists (select from ablo.check_tenancy(target)) and exists (
    select from pg_policy p where p.polrelid = target and p.polname = rules.tenant
      and split_part(obj_description(p.oid, 'pg_policy'), ' ', 2) = md5(held)) then
    return;
  end if;
  execute format('drop policy if exists %I on %s', rules.tenant, target);
  execute format('drop policy if exists %I on %s', rules.others, target);
  execute format('create policy %I on %s as restrictive to ablo_app using %3$s with check %3$s', rules.tenant, target, held);
  execute format('create policy %I on %s to %s using (true) with check (true)', rules.others, target,
    (select string_agg(case name when 'public' then name else quote_ident(name) end, ', ') from unnest(let_in) name));
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('grant select, insert, update, delete on %s to ablo_app', target);
  execute format('comment on policy %I on %s is %L', rules.tenant, target,
    concat_ws(' ', ablo.rule_text(target, rules.tenant), md5(held), let_in::text));
end $$;

-- Which types of column can hold a field.
create or replace function ablo.fits(present text, wanted text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  fitting constant jsonb := '{
    "text": ["text", "character varying"],
    "double precision": ["double precision", "real", "numeric", "bigint", "integer", "smallint"],
    "boolean": ["boolean"], "timestamptz": ["timestamp with time zone"], "jsonb": ["jsonb"]}';
begin
  return fitting->wanted ? present;
end $$;

-- The type of a column; null: there is none of this name.
create or replace function ablo.column_type(target regclass, name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select format_type(a.atttypid, null) from pg_attribute a
    where a.attrelid = target and a.attname = name and not a.attisdropped);
end $$;

-- Adds a column, or makes sure that the one there is can hold the field.
create or replace function ablo.ensure_column(target regclass, name text, type text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  present constant text := ablo.column_type(target, name);
begin
  if present is null then
    execute format('alter table %s add column %I %s', target, name,
      case type when 'text' then 'text collate "C"' else type end);
  elsif not ablo.fits(present, type) then
    raise exception 'Column % of % is %, and the schema wants %. Change one of them.', name, target, present, type
      using errcode = 'ABLO0', hint = 'invalid_schema';
  end if;
end $$;

-- Holds a column to the values of an enum. The comment remembers them, so that an unchanged list costs no scan of the
-- table. A dry run does not look at the rows.
create or replace function ablo.ensure_enum(target regclass, rule text, name text, allowed text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  present constant text := (select obj_description(c.oid, 'pg_constraint') from pg_constraint c
    where c.conrelid = target and c.conname = rule);
begin
  if present is distinct from allowed::text then
    execute format('alter table %1$s drop constraint if exists %2$I, add constraint %2$I check (%3$I = any (%4$L)) %5$s',
      target, rule, name, allowed, case when ablo.left_out() is not null then 'not valid' end);
    execute format('comment on constraint %I on %s is %L', rule, target, allowed);
  end if;
exception when check_violation then
  raise exception 'Rows of % hold values of % that the schema no longer has. Change them first.', target, name
    using errcode = 'ABLO0', hint = 'invalid_schema';
end $$;

-- The triggers of ours that a table should have: one for each kind of statement, which gets all of its rows at once. Of a
-- partitioned table one for each row: there, a statement may name a partition.
create or replace function ablo.watches(target regclass, out name text, out events int, out timing text)
returns setof record
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select w.name, w.events, w.timing from (values
      ('ablo_insert', 4, 'insert on %s referencing new table as came for each statement', 'r'),
      ('ablo_update', 16, 'update on %s referencing old table as gone new table as came for each statement', 'r'),
      ('ablo_delete', 8, 'delete on %s referencing old table as gone for each statement', 'r'),
      ('ablo_rows', 29, 'insert or update or delete on %s for each row', 'p'),
      ('ablo_truncate', 32, 'truncate on %s for each statement', null)) w(name, events, timing, of_kind)
    where coalesce(w.of_kind = (select c.relkind::text from pg_class c where c.oid = target), true);
end $$;

create or replace function ablo.watch(target regclass, routine text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  trigger record;
begin
  for trigger in select * from ablo.watches(target) loop
    continue when not exists (select from ablo.check_trigger(target, trigger.name, routine, trigger.events));
    execute format('create or replace trigger %I after ' || trigger.timing || ' execute function ablo.%I()',
      trigger.name, target, routine);
  end loop;
end $$;

-- Whether an update of its rows may do more than that: triggers of the user, and keys that others follow.
create or replace function ablo.has_effects(target regclass) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from pg_trigger t
    where t.tgrelid = target and t.tgname not like 'ablo\_%' and (not t.tgisinternal or t.tgfoid in (
      '"RI_FKey_cascade_upd"'::regproc, '"RI_FKey_setnull_upd"'::regproc, '"RI_FKey_setdefault_upd"'::regproc)));
end $$;

-- Tables of models that are no longer in the schema are left as they are, and no longer watched.
create or replace function ablo.watch_only(tables text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  watch record;
begin
  for watch in
    select t.tgname, t.tgrelid::regclass as target from pg_trigger t
    where t.tgname ~ '^ablo_(capture|insert|update|delete|rows|truncate)$' and t.tgparentid = 0 and (
      t.tgname = 'ablo_capture' or t.tgrelid <> all (array(select format('public.%I', name)::regclass from unnest(tables) name)))
  loop
    execute format('drop trigger %I on %s', watch.tgname, watch.target);
  end loop;
end $$;
