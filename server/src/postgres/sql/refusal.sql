-- SPDX-License-Identifier: MIT
--
-- What the database refused, by the name people know it under. Its own words may quote rows of others: they stay in its
-- log. A refusal is final, so a fault that may pass (the disk is full, the server goes down) is none.

create or replace function ablo.rejected(error jsonb) returns jsonb
language sql stable as $$
  select jsonb_build_object('status', 'rejected', 'error', error);
$$;

create or replace function ablo.is_decided(receipt jsonb) returns boolean
language sql immutable as $$
  select receipt->>'status' in ('confirmed', 'rejected');
$$;

-- The receipt of a commit that ended with this error. Null: not for the commit to suffer.
create or replace function ablo.refusal(state text, told text, name text, relation text, field text, rule text)
returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  place constant text := concat_ws(' ',
    nullif(relation, ''), nullif('"' || field || '"', '""'), nullif('(' || rule || ')', '()')) || ':';
begin
  return case
    when state = 'ABLO0' then ablo.rejected(ablo.error(name, told))  -- raised by us, with the name as its hint
    when state in ('55P03', '40P01', '40001') then '{"status": "blocked"}'
    when state ~ '^(08|25|26|53|55|57|58|F0|XX)' then null
    when state = '42883' and to_regproc('ablo.write_row') is null then null  -- no schema was pushed
    when state = '42501' then ablo.rejected(ablo.error('permission_denied'))
    when state like '42%' then ablo.rejected(ablo.error('internal_error'))  -- a broken trigger, a table that was changed
    when state = '23505' then ablo.rejected(ablo.error('unique_violation', place))
    when state = '23503' then ablo.rejected(ablo.error('foreign_key_violation', place))
    when state = '23502' then ablo.rejected(ablo.error('not_null_violation', place))
    when state = '23514' then ablo.rejected(ablo.error('check_violation', place))
    when state like '22%' then ablo.rejected(ablo.error('wrong_type'))
    else ablo.rejected(ablo.error('constraint_violation', place))
  end;
end $$;
