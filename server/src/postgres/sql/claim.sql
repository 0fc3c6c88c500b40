-- SPDX-License-Identifier: MIT
--
-- What participants do with claims: ask for one, keep it, give it back. A claim is named by whoever asks for it, so a
-- question that was asked twice is answered once.

-- How a claim stands.
create or replace function ablo.claim_answer(organization text, claim text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select jsonb_build_object('claim', ablo.claim_object(k), 'head', ablo.head($1))
          from ablo.claim k where k.organization = $1 and k.id = $2);
end $$;

create or replace function ablo.claim(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  ttl constant interval := (input->>'ttl')::float8 * interval '1 millisecond';
  asked ablo.claim;
  others jsonb;
  waiting int;
begin
  perform ablo.enter(organization);
  perform ablo.lock_log(organization);
  select k.* into asked from ablo.claim k where k.organization = $1 and k.id = input->>'claim';
  if found then
    if asked.actor <> ablo.participant(input->'actor') then
      return jsonb_build_object('error', ablo.error('claim_not_found'));
    end if;
    perform ablo.settle_line(organization, asked.model, asked.row_id);
    return ablo.claim_answer(organization, asked.id);
  end if;

  if ablo.image_row(organization, input->>'model', input->>'id') is null then
    return jsonb_build_object('error', ablo.error('entity_not_found', format('%s/%s:', input->>'model', input->>'id')));
  end if;
  perform ablo.settle_line(organization, input->>'model', input->>'id');

  asked := jsonb_populate_record(null::ablo.claim, input - 'ttl' || jsonb_build_object(
    'organization', organization, 'id', input->'claim', 'row_id', input->'id',
    'actor', ablo.participant(input->'actor'), 'ticket', 9223372036854775807));
  select jsonb_agg(ablo.claim_object(k)), count(*) filter (where k.status = 'queued') into others, waiting
  from ablo.in_the_way(asked) k;
  if others is not null and not coalesce((input->>'wait')::boolean, true) then
    return jsonb_build_object('error', ablo.error('entity_claimed', null, jsonb_build_object('claims', others)));
  elsif others is not null and waiting >= (input->>'maxQueueDepth')::int then
    return jsonb_build_object('error', ablo.error('queue_too_deep', null, jsonb_build_object('claims', others)));
  end if;

  if input ? 'most' and (select count(*) >= (input->>'most')::int from ablo.claim k
      where k.organization = $1 and k.actor = asked.actor and k.status in ('active', 'queued')
        and k.expires_at > clock_timestamp()) then
    return jsonb_build_object('error', ablo.error('rate_limited',
      'This actor holds or waits for as many claims as one may. Give some back.',
      jsonb_build_object('limit', 'claimsPerActor')));
  end if;

  insert into ablo.claim (organization, id, model, row_id, fields, actor, session, action, description, meta,
    status, position, ttl, expires_at)
  values ($1, asked.id, asked.model, asked.row_id, asked.fields, asked.actor, asked.session, asked.action,
    asked.description, asked.meta, 'queued', waiting + 1, ttl, clock_timestamp() + ttl)
  returning * into asked;
  if others is null then
    perform ablo.grant_claim(asked);
  else
    perform ablo.log_claim(asked, 'queue');
  end if;
  return ablo.claim_answer(organization, asked.id);
end $$;

-- Gives a claim back, or leaves the line. What is not held is not held: no error.
create or replace function ablo.release(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  claim ablo.claim;
begin
  perform ablo.enter(organization);
  perform ablo.lock_log(organization);
  select k.* into claim from ablo.claim k
  where k.organization = $1 and k.id = input->>'claim' and k.actor = ablo.participant(input->'actor');
  if not found then
    return jsonb_build_object('head', ablo.head(organization));
  end if;
  if claim.status in ('active', 'queued') then
    perform ablo.end_claim(claim, case claim.status when 'active' then 'released' else 'canceled' end);
  end if;
  perform ablo.settle_line(organization, claim.model, claim.row_id);
  return ablo.claim_answer(organization, claim.id);
end $$;

-- Puts those who wait for a row in another order: `order` are claims' ids, the rest stay behind them as they were. Only its
-- holder may, or whoever is `trusted` with it. Their tickets change hands; who holds the row keeps it.
create or replace function ablo.reorder(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  waiting ablo.claim[];
begin
  perform ablo.enter(organization);
  perform ablo.lock_log(organization);
  perform ablo.settle_line(organization, input->>'model', input->>'id');
  if not coalesce((input->>'trusted')::boolean, false) and not exists (
    select from ablo.claim k where k.organization = $1 and k.model = input->>'model' and k.row_id = input->>'id'
      and k.status = 'active' and k.actor = ablo.participant(input->'actor')) then
    return jsonb_build_object('error', ablo.error('permission_denied',
      'A line is put in another order by who holds the row, by a secret key, or with the operation intent.reorder.'));
  end if;
  waiting := array(
    select k from ablo.claim k
    where k.organization = $1 and k.model = input->>'model' and k.row_id = input->>'id' and k.status = 'queued'
    order by k.ticket for update);
  with wanted as (
    select w.id, row_number() over (order by o.place nulls last, w.ticket) as place
    from unnest(waiting) w
    left join (select a.id, min(a.place) as place from jsonb_array_elements_text(input->'order') with ordinality a(id, place)
      group by a.id) o on o.id = w.id
  ), tickets as (
    select w.ticket, row_number() over (order by w.ticket) as place from unnest(waiting) w
  )
  update ablo.claim k set ticket = t.ticket
  from wanted join tickets t using (place)
  where k.organization = $1 and k.id = wanted.id and k.ticket <> t.ticket;
  perform ablo.settle_line(organization, input->>'model', input->>'id');
  return jsonb_build_object('head', ablo.head(organization));
end $$;

-- Heartbeats. They are not logged, and cost no disk write of their own: what a crash of the database takes back is a
-- moment.
create or replace function ablo.renew(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  mine text[];
begin
  perform ablo.enter(organization);
  perform set_config('synchronous_commit', 'off', true);
  mine := array(
    select k.id from ablo.claim k
    where k.organization = $1 and k.id in (select jsonb_array_elements_text(input->'claims'))
      and k.actor = ablo.participant(input->'actor') and k.status in ('active', 'queued')
    order by k.ticket for update);
  with renewed as (
    update ablo.claim k set expires_at = clock_timestamp() + k.ttl
    where k.organization = $1 and k.id = any (mine) and k.status in ('active', 'queued')
      and k.expires_at > clock_timestamp()
    returning k.id
  )
  select coalesce(array_agg(r.id), '{}') into mine from renewed r;
  return jsonb_build_object('renewed', mine);
end $$;

-- Expires what nobody renewed and lets the next in line have it, then forgets what is over. Any server may run it, as
-- often as it likes; it goes around what is locked.
create or replace function ablo.sweep() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  due record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('ablo.sweep', 0)) then return; end if;
  for due in
    select distinct k.organization, k.model, k.row_id from ablo.claim k
    where k.status in ('active', 'queued') and k.expires_at <= clock_timestamp()
    order by k.organization
  loop
    perform from ablo.organization o where o.id = due.organization for update skip locked;
    continue when not found;
    perform ablo.settle_line(due.organization, due.model, due.row_id);
  end loop;
  perform ablo.forget();
end $$;

-- Where the logs of these organizations end, and before that, what others left to be logged (capture.sql) and a sweep: this
-- is what every server asks many times a second.
create or replace function ablo.heads(organizations text[]) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform ablo.log_backlog();
  perform ablo.sweep();
  return (select coalesce(jsonb_object_agg(o.id, ablo.head(o.id)), '{}') from unnest(organizations) o(id));
end $$;
