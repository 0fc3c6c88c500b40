-- SPDX-License-Identifier: MIT
--
-- May a commit take effect? Asked in a statement of its own after the rows are locked, and once more, with what the log
-- has gained since, under the lock of the log.
--
--   revoked         its credential was, since its socket was let in: not a rejection, for nothing is decided about it
--   claim_lost      a claim it was written under is over, or the fence is another's
--   entity_claimed  somebody else holds a row it touches
--   stale_context   a row changed after `readAt`, in a field it touches, by another session than its own
--
-- An update touches the fields it names; every other operation touches the whole row.

-- The changes after `since` that a commit with `readAt` did not know of: one entry a row.
create or replace function ablo.conflicts(organization text, body jsonb, since bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_agg(jsonb_build_object(
      'model', o.model, 'id', o.id, 'fields', c.fields, 'seq', c.seq, 'actor', c.actor) order by c.seq)
    from jsonb_to_recordset($2->'operations') o(op text, model text, id text, data jsonb)
    cross join lateral (
      select max(l.seq) as seq, (array_agg(l.actor order by l.seq desc))[1] as actor,
        coalesce(to_jsonb(array_agg(distinct f.field) filter (where f.field is not null)), '[]') as fields
      from ablo.log l
      left join lateral unnest(l.fields) f(field) on o.op <> 'update' or l.op <> 'update' or o.data ? f.field
      where l.organization = $1 and l.model = o.model and l.id in (o.id, '') and l.seq > $3
        and l.kind in ('row', 'resync')
        and (o.op <> 'update' or l.op is distinct from 'update' or l.fields is null or o.data ?| l.fields)
        and (l.session = $2->>'session' and ablo.participant(l.actor) = ablo.participant($2->'actor')) is not true
    ) c
    where o.op <> 'create' and c.seq is not null);
end $$;

-- For each commit that is still open: null, {"error"}, {"status": "revoked"}, or {"notifications"} when it is to take
-- effect all the same.
-- `head` is where the log ends; changes up to `since` have been judged before.
create or replace function ablo.judge(organization text, commits jsonb, receipts jsonb[], head bigint, since bigint)
returns jsonb[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select case when receipts[c.n] is null then coalesce(
      case when ablo.is_revoked(c.body->>'credential') then '{"status": "revoked"}'::jsonb end,
      case when c.body ? 'claims' then (
        select jsonb_build_object('error', ablo.error('claim_lost'))
        from jsonb_to_recordset(c.body->'claims') mine(id text, fence bigint)
        where not exists (
          select from ablo.claim k
          where k.organization = $1 and k.id = mine.id and k.fence = mine.fence and k.status = 'active'
            and k.expires_at > clock_timestamp() and k.actor = ablo.participant(c.body->'actor'))
        limit 1)
      end,
      (select jsonb_build_object('error', ablo.error('entity_claimed', null,
         jsonb_build_object('claims', jsonb_agg(distinct ablo.claim_object(k)))))
       from jsonb_to_recordset(c.body->'operations') o(op text, model text, id text, data jsonb)
       join ablo.claim k on k.organization = $1 and k.model = o.model and k.row_id = o.id and k.status = 'active'
       where k.expires_at > clock_timestamp() and k.actor <> ablo.participant(c.body->'actor')
         and (k.field is null or o.op <> 'update' or o.data ? k.field)
       having count(*) > 0),
      case when (c.body->>'readAt')::bigint > head then
        jsonb_build_object('error', ablo.error('write_options_invalid',
          format('readAt is %s, and the last position of the log is %s.', c.body->>'readAt', head)))
      end,
      case when c.body->>'readAt' is not null and c.body->>'onStale' is distinct from 'force' then (
        select case
          when c.body->>'onStale' = 'flag' then jsonb_build_object('notifications', stale.conflicts)
          else jsonb_build_object('error', ablo.error('stale_context', null,
            jsonb_build_object('readAt', c.body->'readAt', 'conflicts', stale.conflicts)))
        end
        from ablo.conflicts($1, c.body, greatest((c.body->>'readAt')::bigint, since)) stale(conflicts)
        where stale.conflicts is not null)
      end) end
    from jsonb_array_elements($2) with ordinality c(body, n)
    order by c.n);
end $$;
