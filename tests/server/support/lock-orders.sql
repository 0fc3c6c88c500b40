-- SPDX-License-Identifier: MIT
--
-- The orders of locks and checks that were tried before the commit got its own: wrong ones, and beside each the right
-- one, as small as they can be. An organization's counter is the lock under which its log grows.

create table counter (organization text primary key, seq bigint not null default 0);
create table log (organization text, seq bigint, id text, primary key (organization, seq));
create table task (organization text, id text primary key, count int not null default 0);
create table sorted_task (like task including all);
insert into counter values ('a'), ('b');

create function lock_counter(text) returns void language plpgsql as $$ begin
  perform from counter c where c.organization = $1 for update;
end $$;

create function append(organization text, id text) returns void language plpgsql as $$ begin
  perform lock_counter($1);
  insert into log select $1, count(*) + 1, $2 from log l where l.organization = $1;
end $$;

-- The premise of a commit: nothing is logged of a row since the commit read it.
create function has_changed(id text, read_at bigint) returns boolean language plpgsql as $$ begin
  return exists (select from log l where l.id = $1 and l.seq > $2);
end $$;

-- Booking a slot that was free.

create function book_checked_first(id text, read_at bigint) returns boolean language plpgsql as $$ begin
  if has_changed($1, $2) then return false; end if;
  perform append('a', $1);
  return true;
end $$;

create function book_locked_first(id text, read_at bigint) returns boolean language plpgsql as $$ begin
  perform lock_counter('a');
  return book_checked_first($1, $2);
end $$;

-- Writing a row, beside others whose writes are logged when they commit.

create function write_counter_first(id text) returns void language plpgsql as $$ begin
  perform lock_counter('a');
  update task t set count = count + 1 where t.id = $1;
end $$;

create function write_rows_first(id text) returns void language plpgsql as $$ begin
  update task t set count = count + 1 where t.id = $1;
  perform lock_counter('a');
end $$;

create function capture() returns trigger language plpgsql as $$ begin
  perform append(new.organization, new.id);
  return null;
end $$;
create constraint trigger capture after update on task deferrable initially deferred
  for each row execute function capture();

-- The same, but the first to fire locks the counters of all organizations that the transaction wrote to.
create function capture_sorted() returns trigger language plpgsql as $$ begin
  perform lock_counter(mine.organization) from (
    select distinct t.organization from sorted_task t where t.xmin = pg_current_xact_id()::xid order by 1) mine;
  perform append(new.organization, new.id);
  return null;
end $$;
create constraint trigger capture after update on sorted_task deferrable initially deferred
  for each row execute function capture_sorted();

-- Writing what was worked out from a row as it was read: refused if the row has changed since.

create function count_unlocked(id text, read_at bigint, count int) returns boolean language plpgsql as $$ begin
  if has_changed($1, $2) then return false; end if;
  update task t set count = $3 where t.id = $1;
  return true;
end $$;

create function count_in_one_statement(id text, read_at bigint, count int) returns boolean language plpgsql as $$ begin
  with target as (select t.id from task t where t.id = $1 for update)
  update task t set count = $3 from target
  where t.id = target.id and not exists (select from log l where l.id = $1 and l.seq > $2);
  return found;
end $$;

create function count_locked_first(id text, read_at bigint, count int) returns boolean language plpgsql as $$ begin
  perform from task t where t.id = $1 for update;
  return count_unlocked($1, $2, $3);
end $$;

-- Writing a batch of rows; how many were written.

create function write_all(ids text[]) returns bigint language sql as $$
  with written as (update task t set count = count + 1 where t.id = any ($1) returning 1)
  select count(*) from written;
$$;

create function write_free(ids text[]) returns bigint language sql as $$
  with free as (select t.id from task t where t.id = any ($1) order by t.id for update skip locked),
    written as (update task t set count = count + 1 from free where t.id = free.id returning 1)
  select count(*) from written;
$$;
