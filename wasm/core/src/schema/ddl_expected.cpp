// SPDX-License-Identifier: MIT
//
// What the statements of a schema leave behind, told to the database itself, so that ablo.check() can say later what of it
// is gone.
#include "schema/ddl.h"
#include "schema/ddl_text.h"

namespace ablo {

namespace {

constexpr std::string_view kExpected = R"(create or replace function ablo.expected() returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $expected$
  select '[{tables}]'::jsonb
$expected$)";

/// Names are identifiers: none of them needs a quote inside a text.
std::string jsonText(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string tableText(const Model& model) {
  std::string columns;
  for (const Field& field : model.fields)
    columns += (columns.empty() ? "" : ", ") + jsonText(field.column) + ": " + jsonText(columnType(field.type));
  std::string functions;
  for (const std::string_view verb : {"image", "rows", "lock", "write", "update", "capture"})
    functions += (functions.empty() ? "" : ", ") + jsonText(verb) + ": " +
                 jsonText(ruleName(std::string(verb) + "_" + model.table));
  return R"({"model": )" + jsonText(model.key) + R"(, "table": )" + jsonText(model.table) + R"(, "columns": {)" +
         columns + R"(}, "functions": {)" + functions + "}}";
}

}  // namespace

std::vector<std::string> expectedDdl(const Schema& schema) {
  std::string tables;
  for (const Model& model : schema.models) tables += (tables.empty() ? "\n    " : ",\n    ") + tableText(model);
  return {fill(kExpected, {{"tables", tables}})};
}

}  // namespace ablo
