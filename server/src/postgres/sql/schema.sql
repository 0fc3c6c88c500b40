-- SPDX-License-Identifier: MIT
--
-- The schema in force, and what the statements of wasm/core/src/schema/ddl.cpp call where plain DDL cannot be repeated.

create or replace function ablo.schema_in_force() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select jsonb_build_object('version', s.version, 'hash', s.hash, 'plan', s.plan, 'document', s.document)
          from ablo.schema s order by s.version desc limit 1);
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

-- Adds a column, or makes sure that the one there is can hold the field.
create or replace function ablo.ensure_column(target regclass, name text, type text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  present constant text := (select format_type(a.atttypid, null) from pg_attribute a
    where a.attrelid = target and a.attname = name and not a.attisdropped);
  fitting constant jsonb := '{
    "text": ["text", "character varying"],
    "double precision": ["double precision", "real", "numeric", "bigint", "integer", "smallint"],
    "boolean": ["boolean"], "timestamptz": ["timestamp with time zone"], "jsonb": ["jsonb"]}';
begin
  if present is null then
    execute format('alter table %s add column %I %s', target, name,
      case type when 'text' then 'text collate "C"' else type end);
  elsif not fitting->type ? present then
    raise exception 'Column % of % is %, and the schema wants %. Change one of them.', name, target, present, type
      using errcode = 'ABLO0', hint = 'invalid_schema';
  end if;
end $$;

-- Holds a column to the values of an enum. The comment remembers them, so that an unchanged list costs no scan of the
-- table.
create or replace function ablo.ensure_enum(target regclass, rule text, name text, allowed text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  present constant text := (select obj_description(c.oid, 'pg_constraint') from pg_constraint c
    where c.conrelid = target and c.conname = rule);
begin
  if present is distinct from allowed::text then
    execute format('alter table %1$s drop constraint if exists %2$I, add constraint %2$I check (%3$I = any (%4$L))',
      target, rule, name, allowed);
    execute format('comment on constraint %I on %s is %L', rule, target, allowed);
  end if;
exception when check_violation then
  raise exception 'Rows of % hold values of % that the schema no longer has. Change them first.', target, name
    using errcode = 'ABLO0', hint = 'invalid_schema';
end $$;

-- Tables of models that are no longer in the schema are left as they are, and no longer watched.
create or replace function ablo.watch_only(tables text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  watch record;
begin
  for watch in
    select t.tgname, t.tgrelid::regclass as target from pg_trigger t
    where t.tgname in ('ablo_capture', 'ablo_truncate')
      and t.tgrelid <> all (array(select format('public.%I', name)::regclass from unnest(tables) name))
  loop
    execute format('drop trigger %I on %s', watch.tgname, watch.target);
  end loop;
end $$;
