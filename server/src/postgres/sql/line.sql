-- SPDX-License-Identifier: MIT
--
-- The line behind a row: who holds it, who is next.
--
--   queued ──▶ active ──▶ released
--     │          ├──────▶ expired      not renewed in time, by this database's clock
--     └──────────┴──────▶ canceled     gave up its place; or the row was deleted
--
-- Always true:
--   1. two active claims of different participants never overlap: one is on the whole row, or both on the same field of it;
--   2. a grant never passes an older claim of somebody else that it overlaps;
--   3. a line changes only under the lock of its organization's log, and every change of it is an entry there.

create or replace function ablo.claim_object(claim ablo.claim) returns jsonb
language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object(
      'id', claim.id, 'model', claim.model, 'row', claim.row_id, 'fields', claim.fields, 'status', claim.status,
      'actor', claim.actor, 'session', claim.session, 'action', claim.action, 'description', claim.description,
      'ticket', claim.ticket, 'fence', claim.fence, 'position', claim.position, 'readAt', claim.read_at,
      'createdAt', ablo.milliseconds(claim.created_at), 'expiresAt', ablo.milliseconds(claim.expires_at)))
    || case when claim.meta is null then '{}' else jsonb_build_object('meta', claim.meta) end;
$$;

-- The same, by the clock, and with how many wait for its row.
create or replace function ablo.standing(claim ablo.claim) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if claim.status in ('active', 'queued') and claim.expires_at <= clock_timestamp() then
    claim.status := 'expired';
  end if;
  return ablo.claim_object(claim) || jsonb_build_object('waiting', (
    select count(*) from ablo.claim k where k.organization = claim.organization and k.model = claim.model
      and k.row_id = claim.row_id and k.status = 'queued' and k.expires_at > clock_timestamp()));
end $$;

create or replace function ablo.live_claims(organization text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((
    select jsonb_agg(ablo.claim_object(k) order by k.ticket)
    from ablo.claim k where k.organization = $1 and k.status in ('active', 'queued')), '[]');
end $$;

create or replace function ablo.log_claim(claim ablo.claim, op text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.log (organization, seq, kind, model, id, op, after, actor, session, groups_before, groups_after)
  values (claim.organization, ablo.head(claim.organization) + 1, 'claim', claim.model, claim.row_id, op,
    ablo.claim_object(claim), claim.actor, claim.session,
    array['org:' || claim.organization], array['org:' || claim.organization]);
end $$;

-- Whether two claims of a row are about the same of it.
create or replace function ablo.overlap(these text[], those text[]) returns boolean
language sql immutable as $$
  select coalesce(these && those, true);
$$;

-- The claims of others that keep this one waiting. Whoever holds the target already does not wait for those behind it.
create or replace function ablo.in_the_way(claim ablo.claim) returns setof ablo.claim
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select k.* from ablo.claim k
    where k.organization = claim.organization and k.model = claim.model and k.row_id = claim.row_id and k.id <> claim.id
      and k.actor <> claim.actor and ablo.overlap(k.fields, claim.fields)
      and (k.status = 'active' or k.status = 'queued' and k.ticket < claim.ticket and not exists (
        select from ablo.claim held
        where held.organization = claim.organization and held.model = claim.model and held.row_id = claim.row_id
          and held.status = 'active' and held.actor = claim.actor and coalesce(held.fields @> claim.fields, held.fields is null)))
    order by k.status, k.fence, k.ticket;
end $$;

-- Ends a claim, whichever way.
create or replace function ablo.end_claim(claim ablo.claim, ending text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  claim.status := ending;
  claim.position := null;
  update ablo.claim k set status = ending, position = null
  where k.organization = claim.organization and k.id = claim.id;
  perform ablo.log_claim(claim, case ending
    when 'released' then 'release' when 'expired' then 'expire' else 'cancel' end);
end $$;

-- Grants one that waits. `readAt` is the position of this very grant: what its holder reads from here on is fresh.
create or replace function ablo.grant_claim(claim ablo.claim) returns ablo.claim
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update ablo.claim k
  set status = 'active', position = null, fence = nextval('ablo.fence'), read_at = ablo.head(claim.organization) + 1,
    expires_at = clock_timestamp() + k.ttl
  where k.organization = claim.organization and k.id = claim.id
  returning k.* into claim;
  perform ablo.log_claim(claim, 'grant');
  return claim;
end $$;

-- Brings the line of one row up to now: ends what is over, grants what nothing keeps waiting, numbers the rest. The
-- log is locked by the caller; rows of the line are locked in the order of their tickets, here as in `renew`.
create or replace function ablo.settle_line(organization text, model text, row_id text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  line ablo.claim[] := array(
    select k from ablo.claim k
    where k.organization = $1 and k.model = $2 and k.row_id = $3 and k.status in ('active', 'queued')
    order by k.ticket for update);
  claim ablo.claim;
  place int;
begin
  foreach claim in array line loop
    if claim.expires_at <= clock_timestamp() then perform ablo.end_claim(claim, 'expired'); end if;
  end loop;
  foreach claim in array line loop
    continue when claim.status <> 'queued' or claim.expires_at <= clock_timestamp();
    place := (select count(*) filter (where k.status = 'queued') + 1 from ablo.in_the_way(claim) k);
    if not exists (select from ablo.in_the_way(claim)) then
      perform ablo.grant_claim(claim);
    elsif place is distinct from claim.position then
      update ablo.claim k set position = place where k.organization = $1 and k.id = claim.id returning k.* into claim;
      perform ablo.log_claim(claim, 'move');
    end if;
  end loop;
end $$;

-- The same for several rows.
create or replace function ablo.settle_lines(organization text, models text[], row_ids text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform from ablo.claim k
  where k.organization = $1 and (k.model, k.row_id) in (select * from unnest($2, $3)) and k.status in ('active', 'queued')
  order by k.ticket for update;
  perform ablo.settle_line($1, line.model, line.row_id) from unnest($2, $3) line(model, row_id);
end $$;

-- Rows are gone, and with them the lines behind them.
create or replace function ablo.cancel_claims(organization text, models text[], row_ids text[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  claim ablo.claim;
begin
  for claim in
    select k.* from ablo.claim k
    where k.organization = $1 and (k.model, k.row_id) in (select * from unnest($2, $3)) and k.status in ('active', 'queued')
    order by k.ticket for update
  loop
    perform ablo.end_claim(claim, 'canceled');
  end loop;
end $$;
