-- SPDX-License-Identifier: MIT
--
-- Organizations and credentials. These run outside any organization, as the owner.

create or replace function ablo.ensure_organization(id text, name text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.organization as o (id, name) values ($1, $2)
  on conflict on constraint organization_pkey do update set name = coalesce(excluded.name, o.name);
end $$;

-- A credential without an actor acts as itself: a system with the credential's id.
create or replace function ablo.create_credential(input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  made ablo.credential;
  id constant text := coalesce(input->>'id', gen_random_uuid()::text);
begin
  insert into ablo.credential (id, prefix, hash, organization, kind, actor, on_behalf_of, groups, operations,
    meta, expires_at)
  values (id, input->>'prefix', input->>'hash', input->>'organization', input->>'kind',
    coalesce(input->'actor', jsonb_build_object('kind', 'system', 'id', id)), input->'onBehalfOf',
    array(select jsonb_array_elements_text(input->'groups')),
    array(select jsonb_array_elements_text(input->'operations')),
    coalesce(input->'meta', '{}'), clock_timestamp() + (input->>'ttlSeconds')::float8 * interval '1 second')
  returning * into made;
  return jsonb_build_object('id', made.id) || case when made.expires_at is null then '{}'
    else jsonb_build_object('expiresAt', ablo.milliseconds(made.expires_at)) end;
end $$;

-- Whether there is such a credential. Revoking it again changes nothing.
select ablo.answers('ablo.revoke_credential(text)', 'boolean');
create or replace function ablo.revoke_credential(id text) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update ablo.credential c set revoked_at = coalesce(c.revoked_at, clock_timestamp()) where c.id = $1;
  return found;
end $$;

-- Which of these were revoked: their sockets are closed.
create or replace function ablo.revoked(ids text[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_agg(c.id), '[]') from ablo.credential c
    where c.id = any (ids) and c.revoked_at is not null);
end $$;

-- The same of one, for a commit (judge.sql): ablo_app may know this much of a credential, and nothing else.
create or replace function ablo.is_revoked(id text) returns boolean
language sql stable strict security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from ablo.credential c where c.id = $1 and c.revoked_at is not null);
$$;

-- The keys of an organization, newest first, without what could be used of them. Session tokens are not listed.
create or replace function ablo.keys(organization text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', c.id, 'kind', c.kind, 'prefix', c.prefix,
      'name', c.meta->>'name', 'revokedAt', ablo.milliseconds(c.revoked_at))) order by c.created_at desc, c.id), '[]')
    from ablo.credential c where c.organization = $1 and c.kind <> 'ek');
end $$;

-- Whose credential this is; null when it is nobody's. Whether it has expired is for this clock to say.
create or replace function ablo.identify(hash text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_strip_nulls(jsonb_build_object(
      'id', c.id, 'kind', c.kind, 'organization', c.organization, 'actor', c.actor, 'onBehalfOf', c.on_behalf_of,
      'groups', c.groups, 'operations', c.operations, 'expiresAt', ablo.milliseconds(c.expires_at),
      'revokedAt', ablo.milliseconds(c.revoked_at), 'expired', coalesce(c.expires_at <= clock_timestamp(), false)))
      || jsonb_build_object('meta', c.meta)
    from ablo.credential c where c.hash = $1);
end $$;
