-- SPDX-License-Identifier: MIT
--
-- What the hub reads. Each answer is one statement and so one snapshot: its rows are exactly those of its `seq`. It is json
-- and not jsonb: text that is only passed on need not be made into values and back.

select ablo.answers(format('ablo.%s(text, jsonb)', name), 'json') from unnest(array['load', 'read', 'changes']) name;
select ablo.answers('ablo.page(text, bigint, bigint, bigint)', 'json');

-- `have`: a place that all rows are known of already. If the log still ends there they are not told again.
create or replace function ablo.load(organization text, input jsonb) returns json
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
begin
  perform ablo.enter(organization);
  perform set_config('transaction_read_only', 'on', true);
  return (
    select case
      when input->'have' = jsonb_build_object('seq', here.seq, 'epoch', here.epoch) then
        json_build_object('seq', here.seq, 'epoch', here.epoch, 'claims', ablo.live_claims($1), 'same', true)
      else
        json_build_object('seq', here.seq, 'epoch', here.epoch, 'claims', ablo.live_claims($1),
          'models', case when (input->>'full')::boolean then ablo.rows($1)::json else '{}' end)
      end
    from (select ablo.head($1) as seq, ablo.epoch($1) as epoch) here);
end $$;

-- The statement is the hub's, written from the schema: it gives one value, the array of the rows' images. `$1` is the
-- organization, `$2` the parameters.
create or replace function ablo.read(organization text, input jsonb) returns json
language plpgsql set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  answer json;
begin
  perform ablo.enter(organization);
  perform set_config('transaction_read_only', 'on', true);
  execute format('select json_build_object(''seq'', ablo.head($1), ''rows'', (%s))', input->>'statement')
    using organization, coalesce(input->'params', '[]') into answer;
  return answer;
end $$;

-- A stretch of the log, of an organization that was entered.
create or replace function ablo.page(organization text, cursor_at bigint, until bigint, head bigint) returns json
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return json_build_object('from', cursor_at, 'to', until, 'head', head, 'epoch', ablo.epoch($1),
    'trimmed', ablo.log_begins($1) > cursor_at, 'changes', (
    select coalesce(json_agg(json_build_object(
        'seq', l.seq, 'kind', l.kind, 'model', l.model, 'id', l.id, 'op', l.op, 'after', l.after, 'fields', l.fields,
        'actor', l.actor, 'session', l.session, 'commitKey', l.commit_key,
        'groupsBefore', l.groups_before, 'groupsAfter', l.groups_after, 'at', ablo.milliseconds(l.at)) order by l.seq), '[]')
    from ablo.log l where l.organization = $1 and l.seq > cursor_at and l.seq <= until));
end $$;

-- A page of the log. It ends where a commit ends, even if that makes it longer than asked for. `trimmed`: what followed the
-- cursor is no longer kept, and this page does not continue it.
create or replace function ablo.changes(organization text, input jsonb) returns json
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  cursor_at constant bigint := (input->>'after')::bigint;
  size constant int := coalesce((input->>'limit')::int, 1000);
  head bigint;
  until bigint;
begin
  perform ablo.enter(organization);
  perform set_config('transaction_read_only', 'on', true);
  head := ablo.head(organization);
  until := coalesce((
    select l.seq - 1 from ablo.log l
    where l.organization = $1 and l.seq > cursor_at + size and l.seq <= head and coalesce(l.operation_index, 0) = 0
    order by l.seq limit 1), head);
  return ablo.page(organization, cursor_at, until, head);
end $$;

-- From one server to the others: how far logs have grown. In a transaction of its own, and one message each: a message has
-- at most 8,000 bytes.
create or replace function ablo.hint(server text, heads jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('ablo_heads', message) from jsonb_each($2) head
  cross join lateral (
    select jsonb_build_object('from', server, 'heads', jsonb_build_object(head.key, head.value))::text
  ) hint(message)
  where octet_length(message) < 8000;
end $$;
