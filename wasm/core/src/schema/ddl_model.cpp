// SPDX-License-Identifier: MIT
//
// The functions of one model. Their arguments have no names: a column of any name can stand beside `$1`.
#include "schema/ddl.h"
#include "schema/ddl_text.h"

namespace ablo {

namespace {

/// A row by its fields. It has no search_path of its own, so that Postgres can fold it into the statement that calls
/// it; whoever calls it has one.
constexpr std::string_view kImage =
    R"(create or replace function {image}({table}) returns jsonb language sql stable as $image$
  select {fields}
$image$)";

constexpr std::string_view kRowsAnswer = "select ablo.answers({rowsCall}, 'json')";

constexpr std::string_view kRows = R"(create or replace function {rows}(text) returns json
language sql stable set search_path = pg_catalog, pg_temp as $rows$
  select coalesce(json_agg({image}(t.*)), '[]') from {table} t where t.{organization} = $1
$rows$)";

/// $1 organization, $2 ids, $3 whether to wait. The ids of the rows that somebody else holds.
constexpr std::string_view kLock = R"(create or replace function {lock}(text, text[], boolean) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $lock$
declare
  locked text[];
begin
  if $3 then
    perform from {table} t where t.{organization} = $1 and t.{id} = any ($2) order by t.{id} for no key update;
    return '{}';
  end if;
  locked := array(
    select t.{id} from {table} t where t.{organization} = $1 and t.{id} = any ($2)
    order by t.{id} for no key update skip locked);
  if cardinality(locked) = cardinality($2) then return '{}'; end if;
  return array(select t.{id} from {table} t where t.{organization} = $1 and t.{id} = any ($2) and t.{id} <> all (locked));
end $lock$)";

/// $1 organization, $2 op, $3 id, $4 data, $5 actor. Triggers of the user run inside it: they find their names as
/// they do in any session of the role that pushed the schema.
constexpr std::string_view kWrite =
    R"(create or replace function {write}(text, text, text, jsonb, jsonb) returns ablo.written
language plpgsql set search_path from current as $write$
#variable_conflict use_variable
declare
  before {table};
  after {table};
begin
  if $2 = 'create' then
    insert into {table} as t ({columns})
    values ({values})
    returning t.* into after;
    return row(null, {image}(after))::ablo.written;
  end if;
  select t.* into before from {table} t where t.{organization} = $1 and t.{id} = $3;
  if not found then
    raise exception '%/%:', {key}, $3 using errcode = 'ABLO0', hint = 'entity_not_found';
  end if;
  if $2 = 'delete' then
    delete from {table} t where t.{organization} = $1 and t.{id} = $3;
    return row({image}(before), null)::ablo.written;
  end if;
  update {table} t set
    {assignments}
  where t.{organization} = $1 and t.{id} = $3
  returning t.* into after;
  return row({image}(before), {image}(after))::ablo.written;
end $write$)";

/// $1 organization, $2 updates of locked rows, `[{n, op, id, data}]`: all in one statement. No rows: it cannot be done so, and
/// nothing was. What a trigger of the user does must be told apart by the commit that caused it.
constexpr std::string_view kUpdate = R"(create or replace function {update}(text, jsonb) returns setof ablo.updated
language plpgsql set search_path = pg_catalog, pg_temp as $update$
begin
  if ablo.has_effects({name}::regclass) then return; end if;
  return query
    update {table} t set
    {changes}
    from jsonb_to_recordset($2) asked(n int, op text, id text, data jsonb)
    join {table} was on was.{organization} = $1 and was.{id} = asked.id
    where t.{organization} = $1 and t.{id} = asked.id
    returning asked.n, {image}(was), {image}(t);
end $update$)";

/// What a statement did to the table, noted at once; of a partitioned table, row by row. It runs as the owner of the notes,
/// whoever writes and whatever they have set. Somebody may have changed the table since it was pushed, so that it has no such
/// column any more: that is not for the writer to suffer. It is found out before anything is noted: a block that catches
/// errors and writes would cost a transaction id a statement. Plans are made for a session's first row and must do for its
/// largest statement. Of what our commit does, its own row is left to it; the rows that keys of the table take along are in the
/// same statement, and such a key may lead back to its row: the second time that is as our commit has left it.
constexpr std::string_view kCapture = R"(create or replace function {capture}() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set row_security = on set extra_float_digits = 1
set plan_cache_mode = force_generic_plan set jit = off set enable_nestloop = off as $capture$
declare
  cause constant jsonb := ablo.cause();
  tenant constant text := current_setting('app.current_org_id', true);
  own constant text := case when tg_op <> 'TRUNCATE' then ablo.own_row({key}) end;
  mine int;
  changed int;
  was jsonb;
  very_many boolean;
  many text[] := '{}';
begin
  if own = '' then return null; end if;
  if own is not null then
    changed := 1;
    case
      when tg_level = 'ROW' and tg_op = 'INSERT' then
        mine := ((new.{organization}, new.{id}) = (tenant, own))::int;
      when tg_level = 'ROW' then
        mine := ((old.{organization}, old.{id}) = (tenant, own))::int;
      when tg_op = 'INSERT' then
        select count(*) filter (where (r.{organization}, r.{id}) = (tenant, own)), count(*) into mine, changed from came r;
      else
        select count(*) filter (where (r.{organization}, r.{id}) = (tenant, own)), count(*) into mine, changed from gone r;
    end case;
    if mine > 0 then perform set_config('ablo.own', '', true); end if;
    if mine = changed and mine < 2 then return null; end if;
  end if;
  begin
    case
      when tg_op = 'TRUNCATE' then
        perform ablo.note_unseen({key});
      when tg_level = 'ROW' then
        if tg_op <> 'INSERT' then was := {image}(old); end if;
        if tg_op <> 'DELETE' then perform new.{organization} <> '', new.{id} <> ''; end if;
      when tg_op = 'INSERT' then
        perform r.{organization} <> all (many), r.{id} <> '' from came r limit 1;
        very_many := exists (select from came offset 10000);
      else
        perform r.{organization} <> all (many), r.{id} <> '', {image}(r::{table}) from gone r limit 1;
        very_many := exists (select from gone offset 10000);
    end case;
  exception when others then
    raise log 'ablo: % is not as it was pushed: % %', {key}, sqlstate, sqlerrm;
    perform ablo.note_unseen({key}), ablo.ask_for_flush();
    return null;
  end;
  if tg_level = 'ROW' then
    if tg_op <> 'INSERT' then perform ablo.note(old.{organization}, {key}, old.{id}, was, cause); end if;
    if tg_op = 'INSERT' or tg_op = 'UPDATE'
      and (old.{organization}, old.{id}) is distinct from (new.{organization}, new.{id}) then
      perform ablo.note(new.{organization}, {key}, new.{id}, null, cause);
    end if;
  elsif tg_op = 'INSERT' then
    if very_many then
      many := ablo.note_many({key}, array(select o.id from (
        select r.{organization} as id, sum(count(*)) over (order by count(*), r.{organization}) as told from came r group by 1
      ) o where o.told > 10000));
    end if;
    insert into ablo.captured (organization, model, id, cause)
    select r.{organization}, {key}, r.{id}, cause from came r
    where r.{organization} <> '' and r.{organization} <> all (many)
      and (own is null or (r.{organization}, r.{id}) <> (tenant, own));
  elsif tg_op in ('UPDATE', 'DELETE') then
    if very_many then
      many := ablo.note_many({key}, array(select o.id from (
        select r.{organization} as id, sum(count(*)) over (order by count(*), r.{organization}) as told from gone r group by 1
      ) o where o.told > 10000));
    end if;
    insert into ablo.captured (organization, model, id, before, cause)
    select r.{organization}, {key}, r.{id}, {image}(r::{table}), cause from gone r
    where r.{organization} <> '' and r.{organization} <> all (many)
      and (own is null or (r.{organization}, r.{id}) <> (tenant, own));
    if mine > 1 then
      insert into ablo.captured (organization, model, id, before, cause)
      select r.{organization}, {key}, r.{id}, {image}(r::{table}), cause from gone r
      where (r.{organization}, r.{id}) = (tenant, own) offset 1 limit 1;
    end if;
    if tg_op = 'UPDATE' then
      insert into ablo.captured (organization, model, id, cause)
      select r.{organization}, {key}, r.{id}, cause from came r
      where r.{organization} <> '' and not exists (
        select from gone g where g.{organization} = r.{organization} and g.{id} = r.{id});
    end if;
  end if;
  perform ablo.ask_for_flush();
  return null;
end $capture$)";

constexpr std::string_view kWatch = "select ablo.watch({name}, {captureName})";

/// Postgres takes a hundred arguments to a call, and an object takes two for a field.
constexpr std::size_t kFieldsOfCall = 50;

/// A date as ISO text, or, where that has no year for it, in milliseconds since 1970.
constexpr std::string_view kDate =
    R"(case when {column} >= timestamptz '0001-01-01 00:00Z' and {column} < timestamptz '10000-01-01 00:00Z'
    then to_jsonb(to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
    else to_jsonb(extract(epoch from {column}) * 1000) end)";

/// A value in an image. NaN and the infinities are text there: Postgres makes that of them.
std::string imageValue(const Field& field) {
  const std::string column = "($1)." + quotedName(field.column);
  return field.type == FieldType::date ? fill(kDate, {{"column", column}}) : column;
}

std::string imageText(const Model& model) {
  std::string text = "jsonb_build_object(";
  for (std::size_t i = 0; i < model.fields.size(); ++i) {
    if (i > 0) text += i % kFieldsOfCall == 0 ? ") || jsonb_build_object(" : ", ";
    text += quotedText(model.fields[i].name) + ", " + imageValue(model.fields[i]);
  }
  return text + ")";
}

/// What an operation gives for a field, out of its data.
std::string dataValue(const Field& field, const std::string& data) {
  const std::string name = quotedText(field.name);
  switch (field.type) {
    case FieldType::number: return "(" + data + "->>" + name + ")::double precision";
    case FieldType::boolean: return "(" + data + "->>" + name + ")::boolean";
    case FieldType::date: return "(" + data + "->>" + name + ")::timestamptz";
    case FieldType::json: return "nullif(" + data + "->" + name + ", 'null')";
    default: return data + "->>" + name;
  }
}

/// The base fields are ours to fill in. Empty: it has no value yet.
std::string createdValue(const Field& field) {
  if (!field.base) return dataValue(field, "$4");
  if (field.name == "id") return "$3";
  if (field.name == "organizationId") return "$1";
  if (field.name == "createdBy") return "$5->>'id'";
  return field.name == "archivedAt" ? "" : "clock_timestamp()";
}

/// Empty: an update leaves it alone.
std::string updatedValue(const Field& field, const std::string& op, const std::string& data) {
  const std::string column = "t." + quotedName(field.column);
  if (!field.base)
    return "case when " + data + " ? " + quotedText(field.name) + " then " + dataValue(field, data) + " else " +
           column + " end";
  if (field.name == "updatedAt") return "clock_timestamp()";
  if (field.name == "archivedAt")
    return "case " + op + " when 'archive' then coalesce(" + column +
           ", clock_timestamp()) when 'unarchive' then null else " + column + " end";
  return "";
}

std::string assignmentsOf(const Model& model, const std::string& op, const std::string& data) {
  std::string text;
  for (const Field& field : model.fields)
    if (const std::string value = updatedValue(field, op, data); !value.empty())
      text += (text.empty() ? "" : ",\n    ") + quotedName(field.column) + " = " + value;
  return text;
}

}  // namespace

std::vector<std::string> modelDdl(const Model& model) {
  std::string columns;
  std::string values;
  for (const Field& field : model.fields) {
    if (const std::string value = createdValue(field); !value.empty()) {
      columns += (columns.empty() ? "" : ", ") + quotedName(field.column);
      values += (values.empty() ? "" : ", ") + value;
    }
  }
  std::vector<std::string> ddl;
  for (const std::string_view text : {kImage, kRowsAnswer, kRows, kLock, kWrite, kUpdate, kCapture, kWatch})
    ddl.push_back(fill(text, {{"table", tableName(model)},
                              {"key", quotedText(model.key)},
                              {"id", columnName(model, "id")},
                              {"organization", columnName(model, "organizationId")},
                              {"image", functionName("image", model)},
                              {"rows", functionName("rows", model)},
                              {"rowsCall", quotedText(functionName("rows", model) + "(text)")},
                              {"lock", functionName("lock", model)},
                              {"write", functionName("write", model)},
                              {"update", functionName("update", model)},
                              {"capture", functionName("capture", model)},
                              {"captureName", quotedText(ruleName("capture_" + model.table))},
                              {"name", quotedText(tableName(model))},
                              {"fields", imageText(model)},
                              {"columns", columns},
                              {"values", values},
                              {"assignments", assignmentsOf(model, "$2", "$4")},
                              {"changes", assignmentsOf(model, "asked.op", "asked.data")}}));
  return ddl;
}

}  // namespace ablo
