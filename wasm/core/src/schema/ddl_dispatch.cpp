// SPDX-License-Identifier: MIT
//
// From the key of a model to its functions: one branch a model, so that Postgres keeps the plan of each. A model that
// the schema does not have (any more) has no rows: nothing to lock, nothing to show, and writing to it is refused by
// name.
#include "schema/ddl.h"
#include "schema/ddl_text.h"

namespace ablo {

namespace {

struct Dispatcher {
  std::string_view text;
  std::string_view branch;  // of each model
};

constexpr Dispatcher kDispatchers[] = {
    // organization, model, ids, patient
    {R"(create or replace function ablo.lock_rows(text, text, text[], boolean) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $lock$
begin
{branches}  return '{}';
end $lock$)",
     "  if $2 = {key} then return {lock}($1, $3, $4); end if;\n"},

    // organization, model, op, id, data, actor
    {R"(create or replace function ablo.write_row(text, text, text, text, jsonb, jsonb) returns ablo.written
language plpgsql set search_path = pg_catalog, pg_temp as $write$
begin
{branches}  raise exception 'There is no model ''%''.', $2 using errcode = 'ABLO0', hint = 'unknown_model';
end $write$)",
     "  if $2 = {key} then return {write}($1, $3, $4, $5, $6); end if;\n"},

    // organization, model, updates
    {R"(create or replace function ablo.update_rows(text, text, jsonb) returns setof ablo.updated
language plpgsql set search_path = pg_catalog, pg_temp as $update$
begin
{branches}end $update$)",
     "  if $2 = {key} then return query select * from {update}($1, $3); end if;\n"},

    // organization, model, id
    {R"(create or replace function ablo.image_row(text, text, text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $image$
begin
{branches}  return null;
end $image$)",
     "  if $2 = {key} then return (select {image}(t.*) from {table} t where t.{organization} = $1 and t.{id} = $3); "
     "end if;\n"},
};

/// An object: to each key of a model its rows.
constexpr std::string_view kRows = R"(create or replace function ablo.rows(text) returns json
language sql stable set search_path = pg_catalog, pg_temp as $rows$
  select json_object_agg(model.key, model.rows) from (values {models}) model(key, rows)
$rows$)";

}  // namespace

std::vector<std::string> dispatchDdl(const Schema& schema) {
  std::vector<std::string> ddl;
  for (const Dispatcher& dispatcher : kDispatchers) {
    std::string branches;
    for (const Model& model : schema.models)
      branches += fill(dispatcher.branch, {{"key", quotedText(model.key)},
                                           {"table", tableName(model)},
                                           {"id", columnName(model, "id")},
                                           {"organization", columnName(model, "organizationId")},
                                           {"lock", functionName("lock", model)},
                                           {"write", functionName("write", model)},
                                           {"update", functionName("update", model)},
                                           {"image", functionName("image", model)}});
    ddl.push_back(fill(dispatcher.text, {{"branches", branches}}));
  }

  std::string models;
  std::string tables;
  for (const Model& model : schema.models) {
    models += (models.empty() ? "(" : ", (") + quotedText(model.key) + ", " + functionName("rows", model) + "($1))";
    tables += (tables.empty() ? "" : ", ") + quotedText(model.table);
  }
  ddl.push_back("select ablo.answers('ablo.rows(text)', 'json')");
  ddl.push_back(fill(kRows, {{"models", models}}));
  ddl.push_back("select ablo.watch_only(array[" + tables + "]::text[])");
  return ddl;
}

}  // namespace ablo
