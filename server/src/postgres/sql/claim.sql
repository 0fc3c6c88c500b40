-- SPDX-License-Identifier: MIT
--
-- What participants do with claims: ask for one, keep it, give it back. A claim is named by whoever asks for it, so a
-- question that was asked twice is answered once. Who wants one that is `live` is not told of one that is over: it is lost.

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
    elsif (asked.model, asked.row_id) <> (input->>'model', input->>'id') then
      return jsonb_build_object('error', ablo.error('idempotency_conflict', 'There is a claim of this id, on another row.'));
    end if;
    perform ablo.settle_line(organization, asked.model, asked.row_id);
    if input ? 'live' and not exists (
      select from ablo.claim k where k.organization = $1 and k.id = asked.id and k.status in ('active', 'queued')) then
      return jsonb_build_object('error', ablo.error('claim_lost'));
    end if;
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

-- Gives a claim back, or leaves the line: the claim of that id, or all that its actor has on that row. What is over cannot be
-- given back: `claim_lost` if nobody renewed it in time, else `claim_not_found`, as for a claim of somebody else; of one's own
-- there is said how it ended.
create or replace function ablo.release(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me constant jsonb := ablo.participant(input->'actor');
  claim ablo.claim;
  ended ablo.claim;
begin
  perform ablo.enter(organization);
  perform ablo.lock_log(organization);
  claim.model := input->>'model';
  claim.row_id := input->>'id';
  if input ? 'claim' then
    select k.* into claim from ablo.claim k where k.organization = $1 and k.id = input->>'claim' and k.actor = me;
  end if;
  perform ablo.settle_line(organization, claim.model, claim.row_id);
  for claim in
    select k.* from ablo.claim k
    where k.organization = $1 and k.model = claim.model and k.row_id = claim.row_id and k.actor = me
      and k.status in ('active', 'queued') and k.id = coalesce(input->>'claim', k.id)
    order by k.ticket
  loop
    perform ablo.end_claim(claim, case claim.status when 'active' then 'released' else 'canceled' end);
  end loop;
  if not found then
    select k.* into ended from ablo.claim k where k.organization = $1 and k.id = input->>'claim' and k.actor = me;
    return jsonb_strip_nulls(jsonb_build_object('claim', case when found then ablo.claim_object(ended) end, 'error',
      case ended.status when 'expired' then ablo.error('claim_lost', 'It was not renewed in time.')
        else ablo.error('claim_not_found') end));
  end if;
  perform ablo.settle_line(organization, claim.model, claim.row_id);
  return ablo.claim_answer(organization, claim.id);
end $$;

-- Puts those who wait for a row in another order: `order` are claims' ids, the rest stay behind them as they were. Whoever is
-- `trusted` with it may, and who holds some of it: then of two that want the same, one comes before the other now who did not
-- before only if both wait for what is held so. Their tickets change hands; who holds the row
-- keeps it. Who has left the line meanwhile is passed over; one that nobody knows is `claim_not_found`, and nothing changes.
create or replace function ablo.reorder(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  trusted constant boolean := coalesce((input->>'trusted')::boolean, false);
  held ablo.claim[];
  waiting ablo.claim[];
  wanted text[];
begin
  perform ablo.enter(organization);
  perform ablo.lock_log(organization);
  if ablo.image_row(organization, input->>'model', input->>'id') is null then
    return jsonb_build_object('error', ablo.error('entity_not_found', format('%s/%s:', input->>'model', input->>'id')));
  end if;
  perform ablo.settle_line(organization, input->>'model', input->>'id');
  waiting := array(
    select k from ablo.claim k
    where k.organization = $1 and k.model = input->>'model' and k.row_id = input->>'id' and k.status = 'queued'
    order by k.ticket for update);
  wanted := array(
    select w.id from unnest(waiting) w
    left join (select a.id, min(a.place) as place from jsonb_array_elements_text(input->'order') with ordinality a(id, place)
      group by a.id) o on o.id = w.id
    order by o.place nulls last, w.ticket);
  held := array(
    select k from ablo.claim k where k.organization = $1 and k.model = input->>'model' and k.row_id = input->>'id'
      and k.status = 'active' and k.actor = ablo.participant(input->'actor'));
  if not trusted and (held = '{}' or exists (
    with places as (
      select w.fields, w.ticket, o.place, exists (select from unnest(held) h where ablo.overlap(h.fields, w.fields)) as theirs
      from unnest(waiting) w join unnest(wanted) with ordinality o(id, place) using (id))
    select from places a join places b on not a.theirs and (a.ticket < b.ticket) <> (a.place < b.place)
    where ablo.overlap(a.fields, b.fields))) then
    return jsonb_build_object('error', ablo.error('permission_denied',
      'A line is put in another order by who holds what they wait for, by a secret key, or with the operation intent.reorder.'));
  end if;
  if exists (
    select from jsonb_array_elements_text(input->'order') a(id) where not exists (
      select from ablo.claim k where k.organization = $1 and k.id = a.id)) then
    return jsonb_build_object('error', ablo.error('claim_not_found', 'Not all of these are claims.'));
  end if;
  update ablo.claim k set ticket = w.ticket, position = null  -- told anew, even if as many as before are in front of it
  from unnest(waiting) with ordinality w
  where k.organization = $1 and k.id = wanted[w.ordinality] and k.ticket <> w.ticket;
  perform ablo.settle_line(organization, input->>'model', input->>'id');
  return jsonb_build_object('head', ablo.head(organization));
end $$;

-- Heartbeats. They are not logged, and cost no disk write of their own: what a crash of the database takes back is a
-- moment. `ttl` is another one from now on; a claim that waits is kept for `patience` at least, both in ms.
create or replace function ablo.renew(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  lasting constant interval := (input->>'ttl')::float8 * interval '1 millisecond';
  patience constant interval := (input->>'patience')::float8 * interval '1 millisecond';
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
    update ablo.claim k set ttl = coalesce(lasting, k.ttl),
      expires_at = clock_timestamp() + greatest(coalesce(lasting, k.ttl), case k.status when 'queued' then patience end)
    where k.organization = $1 and k.id = any (mine) and k.status in ('active', 'queued')
      and k.expires_at > clock_timestamp()
    returning k.id
  )
  select coalesce(array_agg(r.id), '{}') into mine from renewed r;
  return jsonb_build_object('renewed', mine);
end $$;

-- Heartbeats that are answered, with how each claim stands: those of `claims`, as far as they are its actor's, or `all` it has;
-- or the claim of that id, or what its actor has on that row, and then what is over is an error.
create or replace function ablo.heartbeat(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me constant jsonb := ablo.participant(input->'actor');
  several constant boolean := input ?| array['claims', 'all'];
  ids jsonb := coalesce(input->'claims', jsonb_build_array(input->'claim'));
  told jsonb;
begin
  perform ablo.enter(organization);
  if input ?| array['model', 'all'] then
    select coalesce(jsonb_agg(k.id), '[]') into ids from ablo.claim k
    where k.organization = $1 and k.actor = me and k.status in ('active', 'queued')
      and k.model = coalesce(input->>'model', k.model) and k.row_id = coalesce(input->>'id', k.row_id);
  end if;
  perform ablo.renew(organization, input || jsonb_build_object('claims', ids));
  select jsonb_agg(s.claim order by s.claim->>'status' in ('active', 'queued') desc, s.status, s.ticket) into told from (
    select ablo.standing(k) as claim, k.status, k.ticket from ablo.claim k
    where k.organization = $1 and k.actor = me and k.id in (select jsonb_array_elements_text(ids))) s;
  if not several and told is null then
    return jsonb_build_object('error', ablo.error('claim_not_found'));
  elsif not several and told->0->>'status' not in ('active', 'queued') then
    return jsonb_build_object('error', ablo.error('claim_lost'));
  end if;
  return jsonb_build_object('claims', coalesce(told, '[]'));
end $$;

-- What is claimed, of all, of a model, of a row or of a field of it: who holds it, then who waits, in order, a thousand at
-- most. Or the one claim of that id, if it is its actor's; or which of those `waiting` still are.
create or replace function ablo.claims(organization text, input jsonb) returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  one ablo.claim;
begin
  perform ablo.enter(organization);
  if input ? 'waiting' then
    return jsonb_build_object('waiting', array(
      select k.id from ablo.claim k
      where k.organization = $1 and k.id in (select jsonb_array_elements_text(input->'waiting'))
        and k.status = 'queued' and k.expires_at > clock_timestamp()));
  elsif input ? 'claim' then
    select k.* into one from ablo.claim k
    where k.organization = $1 and k.id = input->>'claim' and k.actor = ablo.participant(input->'actor');
    return case when found then jsonb_build_object('claims', jsonb_build_array(ablo.standing(one)))
      else jsonb_build_object('error', ablo.error('claim_not_found')) end;
  end if;
  return (
    select jsonb_build_object('claims', coalesce(jsonb_agg(l.claim) filter (where l.n <= 1000), '[]'), 'more', count(*) > 1000)
    from (
      select ablo.claim_object(k) as claim, row_number() over (order by k.model, k.row_id, k.status, k.fence, k.ticket) as n
      from ablo.claim k
      where k.organization = $1 and k.status in ('active', 'queued') and k.expires_at > clock_timestamp()
        and k.model = coalesce(input->>'model', k.model) and k.row_id = coalesce(input->>'id', k.row_id)
        and (not input ? 'field' or ablo.overlap(k.fields, array[input->>'field']))
      order by n limit 1001) l);
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
    select k.organization, array_agg(k.model) as models, array_agg(k.row_id) as row_ids
    from (select distinct k.organization, k.model, k.row_id from ablo.claim k
      where k.status in ('active', 'queued') and k.expires_at <= clock_timestamp()) k
    group by k.organization order by k.organization
  loop
    perform from ablo.organization o where o.id = due.organization for update skip locked;
    continue when not found;
    perform ablo.settle_lines(due.organization, due.models, due.row_ids);
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
