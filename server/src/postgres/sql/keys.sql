-- SPDX-License-Identifier: MIT
--
-- One outcome for each attempt under a key, whatever it is and however often it is asked for.
--
-- Always true:
--   1. an attempt that was answered is answered the same again, for as long as a duplicate of it may come;
--   2. after a confirmation no attempt under the key has another effect: it gets the confirmation;
--   3. an attempt older than one that was answered has no effect any more: it gets the newer one's answer.

create or replace function ablo.receipt(status text, seq bigint, error jsonb, notifications jsonb) returns jsonb
language sql stable as $$
  select jsonb_build_object('status', status)
    || case when seq is null then '{}' else jsonb_build_object('seq', seq) end
    || case when error is null then '{}' else jsonb_build_object('error', error) end
    || case when notifications is null then '{}' else jsonb_build_object('notifications', notifications) end;
$$;

-- What a commit asks for. The members of an object have one order in jsonb, so equal requests have equal hashes. The SQL of a
-- query is left out: another release of the server may word it in another way.
create or replace function ablo.digest(body jsonb) returns bytea
language sql stable as $$
  select sha256(convert_to(jsonb_build_array(
    body->'operations',
    (select jsonb_agg(p.premise - '{condition,params}'::text[] order by p.n)
      from jsonb_array_elements(body->'premises') with ordinality p(premise, n)),
    body->'claims')::text, 'UTF8'));
$$;

create or replace function ablo.issued_at(body jsonb) returns timestamptz
language sql stable as $$
  select coalesce(to_timestamp((body->>'issuedAt')::float8 / 1000), now());
$$;

-- For each commit its receipt, if there is nothing left to decide about it.
create or replace function ablo.decided(organization text, commits jsonb) returns jsonb[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select case
      when done.status is null then
        case when ablo.issued_at(asked.body) < now() - interval '24 hours'
          then ablo.rejected(ablo.error('idempotency_key_expired')) end
      when done.attempt = asked.attempt and done.hash <> ablo.digest(asked.body) then
        ablo.rejected(ablo.error('idempotency_conflict'))
      else ablo.receipt(done.status, done.seq, done.error, done.notifications)
    end
    from (
      select c.n, c.body, coalesce((c.body->>'attempt')::int, 1) as attempt
      from jsonb_array_elements($2) with ordinality c(body, n)
    ) asked
    left join lateral (
      select d.attempt, d.hash, d.status, d.seq, d.error, d.notifications
      from ablo.commit d
      where d.organization = $1
        and d.actor_kind = asked.body->'actor'->>'kind' and d.actor_id = asked.body->'actor'->>'id'
        and d.key = asked.body->>'key' and (d.attempt >= asked.attempt or d.status = 'confirmed')
      order by d.attempt = asked.attempt desc, d.status = 'confirmed' desc, d.attempt desc
      limit 1
    ) done on true
    order by asked.n);
end $$;

create or replace function ablo.record(organization text, commits jsonb, receipts jsonb[], fresh boolean[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into ablo.commit (organization, actor_kind, actor_id, key, attempt, hash,
    status, seq, error, notifications, issued_at)
  select $1, c.body->'actor'->>'kind', c.body->'actor'->>'id', c.body->>'key', coalesce((c.body->>'attempt')::int, 1),
    ablo.digest(c.body), receipts[c.n]->>'status', (receipts[c.n]->>'seq')::bigint, receipts[c.n]->'error',
    receipts[c.n]->'notifications', ablo.issued_at(c.body)
  from jsonb_array_elements($2) with ordinality c(body, n)
  where fresh[c.n];
end $$;
