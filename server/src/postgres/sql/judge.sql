-- SPDX-License-Identifier: MIT
--
-- May a commit take effect? Asked in a statement of its own after the rows are locked, and once more, with what the log
-- has gained since, under the lock of the log.
--
--   revoked         its credential was, since its socket was let in: not a rejection, for nothing is decided about it
--   overdue         a claim that it meets was not renewed in time, or is being renewed just now: the line of its row has to be
--                   settled before anything can be said
--   claim_lost      a claim it was written under is over, or the fence is another's
--   entity_claimed  somebody else holds a row it touches, and the schema does not let this kind of actor write over it
--   stale_context   a row it goes by changed after its readAt in what it touches, by another session than its own; or an
--                   earlier write of its own that it was based on was refused or met changes (a merge leaves those
--                   alone), or the row changed after that
--
-- The hub says what a commit goes by: premises, {model, id, fields?, readAt, onStale, operation?}. One without fields
-- touches all of the row; one with an operation is of a row that the commit writes, the others were read. Or it is a query,
-- {model, query, condition, params, readAt, onStale}: all that it found, and that there was no more.

-- The entries after a place in the log that a query's answer may be another one for, the last of each row: with the row as it
-- was or as it is the condition is true, whoever wrote it; or all rows may have changed. What they were may not be what they
-- are: under another schema a number may have been text.
create or replace function ablo.query_conflicts(organization text, body jsonb, premise jsonb, after bigint) returns setof jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set jit = off as $$
begin
  return query execute format($q$
    select jsonb_build_object('model', l.model, 'id', l.id, 'fields', coalesce(to_jsonb(l.fields), '[]'), 'seq', l.seq,
      'actor', l.actor)
    from (
      select distinct on (l.id) l.*
      from ablo.log l
      where l.organization = $1 and l.seq > $5 and l.model = $4->>'model' and l.kind in ('row', 'resync')
        and (l.seq > ($4->>'readAt')::bigint and l.session = $3->>'session'
          and ablo.participant(l.actor) = ablo.participant($3->'actor')) is not true
        and (l.kind = 'resync' or exists (
          select from (values (l.after), (coalesce(l.after, '{}') || l.before)) i(image) where %s))
      order by l.id, l.seq desc) l
    order by l.seq limit 100$q$, premise->>'condition')
  using organization, premise->'params', body, premise, after;
exception when data_exception then
  return next jsonb_build_object('model', premise->'model', 'fields', '[]'::jsonb);
end $$;

-- What has changed of what a commit goes by, after it was read, or `read_at` if that is earlier, and after `since`: one a
-- premise. Its own session's changes count if they came before it was read: what it is based on was shown on top of them.
-- `whole`: more than fields did.
create or replace function ablo.conflicts(organization text, body jsonb, read_at bigint, since bigint)
returns table (premise jsonb, conflict jsonb, whole boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select p.premise, jsonb_build_object('model', p.premise->'model', 'id', p.premise->'id',
      'fields', c.fields, 'seq', c.seq, 'actor', c.actor), c.whole
    from jsonb_array_elements($2->'premises') p(premise)
    cross join lateral (
      select max(l.seq) as seq, bool_or(l.op is distinct from 'update' or l.fields is null) as whole,
        (array_agg(l.actor order by l.seq desc))[1] as actor,
        coalesce(to_jsonb(array_agg(distinct f.field) filter (where f.field is not null)), '[]') as fields
      from ablo.log l
      left join lateral unnest(l.fields) f(field)
        on not p.premise ? 'fields' or l.op <> 'update' or p.premise->'fields' ? f.field
      where l.organization = $1 and l.model = p.premise->>'model' and l.id in (p.premise->>'id', '')
        and l.seq > greatest(least((p.premise->>'readAt')::bigint, $3), $4) and l.kind in ('row', 'resync')
        and (not p.premise ? 'fields' or l.op is distinct from 'update' or l.fields is null
          or p.premise->'fields' ?| l.fields)
        and (l.seq > (p.premise->>'readAt')::bigint and l.session = $2->>'session'
          and ablo.participant(l.actor) = ablo.participant($2->'actor')) is not true
    ) c
    where c.seq is not null and p.premise->>'onStale' <> 'force' and not p.premise ? 'condition'
    order by c.seq;
  return query
    select p.premise, c.conflict, true
    from jsonb_array_elements($2->'premises') p(premise)
    cross join lateral ablo.query_conflicts($1, $2, p.premise,
      greatest(least((p.premise->>'readAt')::bigint, $3), $4)) c(conflict)
    where p.premise ? 'condition';
end $$;

-- What is left of the operations when what changed meanwhile is left alone: `merges` are {operation, fields, whole}.
create or replace function ablo.merged(operations jsonb, merges jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_agg(case when m.merge is null then o.operation else jsonb_set(o.operation, '{data}', left_data) end
      order by o.i), '[]')
    from jsonb_array_elements($1) with ordinality o(operation, i)
    left join jsonb_array_elements($2) m(merge) on (m.merge->>'operation')::int = o.i - 1
    cross join lateral (select coalesce(o.operation->'data', '{}')
      - array(select jsonb_array_elements_text(m.merge->'fields'))) l(left_data)
    where m.merge is null or not (m.merge->>'whole')::boolean and left_data <> '{}');
end $$;

-- A commit with premises: null when they stand. What it was based on may have been confirmed long ago, before changes that
-- its writer did not see for it.
create or replace function ablo.judge_premises(organization text, body jsonb, head bigint, since bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  refused jsonb;
  told jsonb;
  merges jsonb;
  read_at bigint;
  latest bigint;
  earliest bigint;
  basis_refused boolean;
  basis_at bigint;
  replaced boolean;
  what text;
begin
  if body ? 'basedOn' then
    select coalesce(bool_or(d.status = 'rejected' or d.notifications is not null), false), min(d.seq) into basis_refused, basis_at
    from jsonb_to_recordset(body->'basedOn') basis(key text, attempt int)
    join ablo.commit d on d.organization = $1 and d.actor_kind = body->'actor'->>'kind'
      and d.actor_id = body->'actor'->>'id' and d.key = basis.key and d.attempt = basis.attempt;
  end if;
  select max((p->>'readAt')::bigint),
    least(min((p->>'readAt')::bigint) filter (where p->>'onStale' <> 'force'), basis_at) into latest, earliest
  from jsonb_array_elements(body->'premises') p;
  replaced := coalesce(body->>'epoch' <> ablo.epoch(organization), false);
  what := case
    when basis_refused then 'A write it was based on was refused, or met changes of others.'
    when earliest is not null and replaced then 'The log it was read from was replaced.'
    when earliest < ablo.log_begins(organization) then 'It was read before the first entry that the log still has.'
  end;
  if what is not null then
    return jsonb_build_object('error', ablo.error('stale_context', what,
      jsonb_build_object('readAt', earliest, 'conflicts', '[]'::jsonb)));
  end if;
  if latest > head and not replaced then
    return jsonb_build_object('error', ablo.error('write_options_invalid',
      format('readAt is %s, and the last position of the log is %s.', latest, head)));
  end if;
  select jsonb_agg(c.conflict) filter (where c.premise->>'onStale' = 'reject'),
    min((c.premise->>'readAt')::bigint) filter (where c.premise->>'onStale' = 'reject'),
    jsonb_agg(c.conflict),
    jsonb_agg(jsonb_build_object('operation', c.premise->'operation', 'fields', c.conflict->'fields', 'whole', c.whole))
      filter (where c.premise->>'onStale' = 'merge')
  into refused, read_at, told, merges
  from ablo.conflicts(organization, body, basis_at, since) c;
  return case
    when refused is not null then jsonb_build_object('error', ablo.error('stale_context', null,
      jsonb_build_object('readAt', read_at, 'conflicts', refused)))
    when merges is not null then jsonb_build_object('notifications', told,
      'operations', ablo.merged(body->'operations', merges))
    when told is not null then jsonb_build_object('notifications', told)
  end;
end $$;

-- For each commit that is still open: null, {"error"}, {"status": "revoked" | "overdue"}, or {"notifications"} when it is to
-- take effect all the same, with {"operations"} when there are other ones to write.
-- `head` is where the log ends; changes up to `since` have been judged before.
create or replace function ablo.judge(organization text, commits jsonb, receipts jsonb[], head bigint, since bigint)
returns jsonb[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select case when receipts[c.n] is null then coalesce(
      case when ablo.is_revoked(c.body->>'credential') then '{"status": "revoked"}'::jsonb end,
      case when c.body ? 'claims' then (
        select case when bool_or((k.fence = mine.fence and k.status = 'active'
            and k.actor = ablo.participant(c.body->'actor')) is not true)
          then jsonb_build_object('error', ablo.error('claim_lost'))
          when bool_or(k.expires_at <= clock_timestamp()) then '{"status": "overdue"}' end
        from jsonb_to_recordset(c.body->'claims') mine(id text, fence bigint)
        left join ablo.claim k on k.organization = $1 and k.id = mine.id)
      end,
      (select case when bool_or(k.expires_at <= clock_timestamp()) then '{"status": "overdue"}'
         when count(*) > 0 then jsonb_build_object('error', ablo.error('entity_claimed', null,
           jsonb_build_object('claims', jsonb_agg(distinct ablo.claim_object(k))))) end
       from jsonb_to_recordset(c.body->'operations') o(op text, model text, id text, data jsonb)
       cross join lateral (  -- the line of the row, and not all claims there are: that is for this query to know
         select k.* from ablo.claim k
         where k.organization = $1 and k.model = o.model and k.row_id = o.id and k.status = 'active' offset 0) k
       where k.actor <> ablo.participant(c.body->'actor')
         and (k.fields is null or o.op <> 'update' or o.data ?| k.fields)
         and ablo.may_overwrite(o.model, c.body->'actor'->>'kind') is not true),
      case when c.body ? 'premises' then ablo.judge_premises($1, c.body, head, since) end) end
    from jsonb_array_elements($2) with ordinality c(body, n)
    order by c.n);
end $$;
