-- SPDX-License-Identifier: MIT
--
-- Whether the database is as the schema in force and the server need it: what `ablo check` says, and what a push repairs.
-- Nothing here changes anything, but for `ablo.seal`.
--
-- A finding is {"kind", "what", "next"}: what is wrong, in one sentence, and what to do about it. Of kind `schema` a push
-- repairs it; `role` too, if its login may; `column` and `setting` are for people.

-- A function as it is, but for its name.
create or replace function ablo.function_text(routine regproc) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select md5(concat_ws(' ', p.prosrc, p.prosecdef, p.provolatile, array_to_string(p.proconfig, ' '), p.prorettype::regtype))
    from pg_proc p where p.oid = routine);
end $$;

-- Remembers every function of ours as it is now.
create or replace function ablo.seal() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  routine record;
begin
  for routine in
    select p.oid::regprocedure as name, ablo.function_text(p.oid) as text from pg_proc p
    where p.pronamespace = 'ablo'::regnamespace
      and obj_description(p.oid, 'pg_proc') is distinct from ablo.function_text(p.oid)
  loop
    execute format('comment on function %s is %L', routine.name, routine.text);
  end loop;
end $$;

create or replace function ablo.finding(kind text, what text, next text default 'npx ablo push') returns jsonb
language sql immutable as $$
  select jsonb_build_object('kind', kind, 'what', what, 'next', next);
$$;

-- A trigger of ours that is not there, does something else, or does nothing.
create or replace function ablo.check_trigger(
  target regclass, trigger text, routine text, events int, conditional boolean default false
) returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  found_one pg_trigger;
begin
  select t.* into found_one from pg_trigger t where t.tgrelid = target and t.tgname = trigger;
  if not found then
    return next ablo.finding('schema', format('The trigger %s of %s is missing: what others write to it is not seen.',
      trigger, target));
  elsif found_one.tgenabled not in ('O', 'A') then
    return next ablo.finding('schema', format('The trigger %s of %s is disabled: what others write to it is not seen.',
      trigger, target));
  elsif found_one.tgtype <> events or (found_one.tgqual is not null) <> conditional or cardinality(found_one.tgattr::int2[]) > 0
    or found_one.tgfoid is distinct from to_regproc(format('ablo.%I', routine))::oid then
    return next ablo.finding('schema', format('The trigger %s of %s is not ours.', trigger, target));
  end if;
end $$;

-- Who may see which rows of a table.
create or replace function ablo.check_tenancy(target regclass) returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  rules constant record := ablo.rules_of(target);
  let_in constant text[] := ablo.let_in(target);
  present text[];
  allowed text;
begin
  if not (select c.relrowsecurity and c.relforcerowsecurity from pg_class c where c.oid = target) then
    return next ablo.finding('schema', format('Row level security of %s is off, or not forced.', target));
  end if;
  if ablo.rule_text(target, rules.tenant) is null then
    return next ablo.finding('schema', format('The policy %s of %s is missing.', rules.tenant, target));
  elsif ablo.rule_text(target, rules.tenant) is distinct from (
    select split_part(obj_description(p.oid, 'pg_policy'), ' ', 1) from pg_policy p where p.polrelid = target and p.polname = rules.tenant) then
    return next ablo.finding('schema', format('The policy %s of %s was changed.', rules.tenant, target));
  end if;
  present := (
    select array(
      select case role when 0 then 'public' else (select r.rolname::text from pg_roles r where r.oid = role) end
      from unnest(p.polroles) role order by 1)
    from pg_policy p where p.polrelid = target and p.polname = rules.others and p.polpermissive and p.polcmd = '*');
  if present is null then
    return next ablo.finding('schema', format('The policy %s of %s is missing.', rules.others, target));
  elsif present <> let_in then
    return next ablo.finding('schema', format('The policy %s of %s lets in %s, beside policies of its own.',
      rules.others, target, array_to_string(present, ', ')));
  end if;
  foreach allowed in array '{SELECT,INSERT,UPDATE,DELETE}'::text[] loop
    if not has_table_privilege('ablo_app', target, allowed) then
      return next ablo.finding('schema', format('ablo_app may not %s %s.', lower(allowed), target));
    end if;
  end loop;
end $$;

create or replace function ablo.check_table(expected jsonb) returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  target constant regclass := to_regclass(format('public.%I', expected->>'table'));
  field record;
begin
  if target is null then
    return next ablo.finding('schema', format('The table %s is missing.', expected->>'table'));
    return;
  end if;
  for field in
    select c.key as name, c.value as wanted, ablo.column_type(target, c.key) as present
    from jsonb_each_text(expected->'columns') c
  loop
    if field.present is null then
      return next ablo.finding('schema', format('The column %s of %s is missing.', field.name, target));
    elsif not ablo.fits(field.present, field.wanted) then
      return next ablo.finding('column', format('The column %s of %s is %s, and the schema wants %s.',
        field.name, target, field.present, field.wanted), 'change one of them');
    end if;
  end loop;
  return query select ablo.check_tenancy(target);
  return query
    select ablo.check_trigger(target, w.name, expected->'functions'->>'capture', w.events) from ablo.watches(target) w;
  return query
    select ablo.finding('schema', format('The function ablo.%s is missing.', f.value))
    from jsonb_each_text(expected->'functions') f where to_regproc(format('ablo.%I', f.value)) is null;
end $$;

-- The server's own half.
create or replace function ablo.check_own() returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query select ablo.check_trigger('ablo.captured', 'flush', 'flush_captured', 5, true);
  return query
    select ablo.finding('schema', format('The function %s was changed.', p.oid::regprocedure)) from pg_proc p
    where p.pronamespace = 'ablo'::regnamespace
      and obj_description(p.oid, 'pg_proc') is distinct from ablo.function_text(p.oid) order by 1;
  return query
    select ablo.finding('schema', format('Row level security of ablo.%s is off, or not forced.', c.relname)) from pg_class c
    where c.relnamespace = 'ablo'::regnamespace and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)
    order by 1;
  return query
    select ablo.finding('schema', format('The policy tenant of ablo.%s is missing.', name))
    from unnest('{organization,log,commit,claim}'::text[]) name
    where not exists (
      select from pg_policy p where p.polrelid = to_regclass(format('ablo.%I', name)) and p.polname = 'tenant');
  return query
    select ablo.finding('schema', format('There is a policy %s of ablo.%s that is not ours.', p.polname, c.relname))
    from pg_policy p join pg_class c on c.oid = p.polrelid
    where c.relnamespace = 'ablo'::regnamespace and p.polname not in ('tenant', 'owner') order by 1;
  return query
    select ablo.finding('schema', format('ablo_app may not %s ablo.%s.', lower(g.allowed), g.name))
    from (values ('organization', 'SELECT'), ('organization', 'INSERT'), ('organization', 'UPDATE'),
      ('claim', 'SELECT'), ('claim', 'INSERT'), ('claim', 'UPDATE'),
      ('log', 'SELECT'), ('log', 'INSERT'), ('commit', 'SELECT'), ('commit', 'INSERT')) g(name, allowed)
    where not has_table_privilege('ablo_app', to_regclass(format('ablo.%I', g.name)), g.allowed);
end $$;

-- ablo_app is what keeps organizations apart: it can do nothing but what it was granted here.
create or replace function ablo.check_role() returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  app pg_roles;
begin
  select r.* into app from pg_roles r where r.rolname = 'ablo_app';
  return query
    select ablo.finding('role', format('ablo_app %s.', a.what), format('alter role ablo_app %s', a.next))
    from (values (app.rolsuper, 'is a superuser', 'nosuperuser'),
      (app.rolbypassrls, 'bypasses row level security', 'nobypassrls'),
      (app.rolcanlogin, 'can log in', 'nologin'), (app.rolcreaterole, 'may create roles', 'nocreaterole'),
      (app.rolcreatedb, 'may create databases', 'nocreatedb'), (app.rolreplication, 'may replicate', 'noreplication')
    ) a(is_so, what, next) where a.is_so;
  return query
    select ablo.finding('role', format('ablo_app is a member of %s.', r.rolname), format('revoke %I from ablo_app', r.rolname))
    from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = app.oid order by 1;
  return query
    select ablo.finding('role', format('ablo_app owns %s.', pg_describe_object(d.classid, d.objid, d.objsubid)),
      'give it to another role')
    from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.refobjid = app.oid and d.deptype = 'o'
      and d.dbid in (0, (select b.oid from pg_database b where b.datname = current_database()))
    order by 1;
  return query
    select ablo.finding('schema', format('ablo_app may not use the schema %s.', name))
    from unnest('{ablo,public}'::text[]) name where not has_schema_privilege('ablo_app', name, 'USAGE');
end $$;

create or replace function ablo.check_settings() returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select ablo.finding('setting', format('%s is off: what was confirmed is lost in a crash.', name),
      format('alter system set %s = on, and restart Postgres', name))
    from unnest('{fsync,full_page_writes,synchronous_commit}'::text[]) name where current_setting(name) = 'off';
  if current_setting('default_transaction_isolation') <> 'read committed' then
    return next ablo.finding('setting',
      format('default_transaction_isolation is %s: the server needs read committed.',
        current_setting('default_transaction_isolation')),
      $q$set it for the role of DATABASE_URL: alter role … set default_transaction_isolation = 'read committed'$q$);
  end if;
  return query
    select ablo.finding('setting', format('%s with session_replication_role = replica: its writes fire no trigger.',
      case s.setrole when 0 then 'Everybody works' else format('The role %s works', s.setrole::regrole) end),
      format('alter role %s reset session_replication_role', case s.setrole when 0 then 'all' else s.setrole::regrole::text end))
    from pg_db_role_setting s
    where 'session_replication_role=replica' = any (s.setconfig)
      and s.setdatabase in (0, (select b.oid from pg_database b where b.datname = current_database()));
end $$;

create or replace function ablo.check() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  findings jsonb := '[]';
begin
  if not exists (select from pg_roles where rolname = 'ablo_app') then
    return jsonb_build_array(ablo.finding('schema', 'The role ablo_app is missing.'));
  end if;
  if to_regproc('ablo.expected') is null then
    findings := findings || ablo.finding('schema', 'No schema is in force here.');
  else
    findings := findings || (
      select coalesce(jsonb_agg(f), '[]') from jsonb_array_elements(ablo.expected()) e, ablo.check_table(e) f);
  end if;
  return findings
    || (select coalesce(jsonb_agg(f), '[]') from ablo.check_own() f)
    || (select coalesce(jsonb_agg(f), '[]') from ablo.check_role() f)
    || (select coalesce(jsonb_agg(f), '[]') from ablo.check_settings() f);
end $$;
