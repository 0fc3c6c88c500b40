-- SPDX-License-Identifier: MIT
--
-- How others' writes could be noticed: ways that were tried before there was capture.sql, wrong ones, and beside each
-- the right one, as small as they can be.

create table log (seq bigint generated always as identity, id text);

create function append(id text) returns void language sql as $$
  insert into log (id) values ($1);
$$;

-- Deleting a row, and with it others that were not named. The trigger stands aside for what is ours, and logged by us.

create table parent (id text primary key);
create table child (id text primary key, parent text references parent on delete cascade);

create function capture_deleted() returns trigger language plpgsql as $$ begin
  if current_setting('own.transaction', true) = 'yes' or current_setting('own.row', true) = old.id then return null; end if;
  perform append(old.id);
  return null;
end $$;
create trigger capture after delete on parent for each row execute function capture_deleted();
create trigger capture after delete on child for each row execute function capture_deleted();

create function delete_own_transaction(id text) returns void language plpgsql as $$ begin
  perform set_config('own.transaction', 'yes', true);
  delete from parent p where p.id = $1;
  perform append($1);
end $$;

create function delete_own_row(id text) returns void language plpgsql as $$ begin
  perform set_config('own.row', $1, true);
  delete from parent p where p.id = $1;
  perform append($1);
end $$;

create function capture_truncated() returns trigger language plpgsql as $$ begin
  perform append('all of ' || tg_table_name);
  return null;
end $$;

-- Tables of somebody who may not write to the log.

create role shop;
create table captured_as_writer (id text, stock int);
create table captured_as_definer (id text, stock int);
insert into captured_as_writer values ('soap', 1);
insert into captured_as_definer values ('soap', 1);
alter table captured_as_writer owner to shop;
alter table captured_as_definer owner to shop;

create function capture_as_writer() returns trigger language plpgsql as $$ begin
  perform append(new.id);
  return null;
end $$;
create function capture_as_definer() returns trigger language plpgsql security definer as $$ begin
  perform append(new.id);
  return null;
end $$;
create trigger capture after update on captured_as_writer for each row execute function capture_as_writer();
create trigger capture after update on captured_as_definer for each row execute function capture_as_definer();

-- Numbering the entries of one transaction by a counter.

create table counter (seq bigint not null);
insert into counter values (0);

create function number_each(entries int) returns void language plpgsql as $$ begin
  for i in 1..entries loop
    update counter set seq = seq + 1;
  end loop;
end $$;

create function number_together(entries int) returns void language plpgsql as $$
declare
  numbered bigint := (select seq from counter for update);
begin
  for i in 1..entries loop
    numbered := numbered + 1;
  end loop;
  update counter set seq = numbered;
end $$;
