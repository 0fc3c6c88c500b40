-- SPDX-License-Identifier: MIT
--
-- How long things are kept. All of it runs as the owner, a bounded piece at a time; ablo_app can delete nothing of this.
--
-- Always true:
--   1. a receipt outlives the age at which a duplicate of its commit is refused (keys.sql): forgotten is never done twice;
--   2. a log loses its oldest commits first, whole, and its head never falls;
--   3. what was trimmed is told from what never was: `ablo.log_begins`.

-- Receipts, claims and keys that nobody can ask about any more.
create or replace function ablo.forget() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from ablo.claim k where k.ctid = any (array(
    select d.ctid from ablo.claim d
    where d.expires_at < clock_timestamp() - interval '1 day' and d.status not in ('active', 'queued') limit 1000));
  delete from ablo.commit c where c.ctid = any (array(
    select d.ctid from ablo.commit d where d.issued_at < clock_timestamp() - interval '25 hours' limit 1000));
  delete from ablo.credential c where c.ctid = any (array(
    select d.ctid from ablo.credential d where d.expires_at < clock_timestamp() - interval '1 day' limit 1000));
end $$;

-- Takes off the old end of one log that has one, some 2,000 entries of it; whether it did, and so may have to again. A
-- commit is as old as its first entry.
create or replace function ablo.trim(retention interval) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  cutoff constant timestamptz := clock_timestamp() - retention;
  tenant text;
  begins bigint;
  until bigint;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('ablo.trim', 0)) then return false; end if;
  select o.id, o.trimmed into tenant, begins from ablo.organization o
  where (select l.at from ablo.log l where l.organization = o.id and l.seq = o.trimmed + 1) < cutoff
  limit 1;
  if not found then return false; end if;
  until := coalesce((
    select l.seq - 1 from ablo.log l
    where l.organization = tenant and l.seq > begins and coalesce(l.operation_index, 0) = 0
      and (l.seq > begins + 2000 or l.at >= cutoff)
    order by l.seq limit 1), ablo.head(tenant));
  delete from ablo.log l where l.organization = tenant and l.seq > begins and l.seq <= until;
  update ablo.organization o set trimmed = until where o.id = tenant;  -- last: only now others wait
  return true;
end $$;
