// SPDX-License-Identifier: MIT
#include "schema/ddl.h"
#include "schema/ddl_text.h"

namespace ablo {

namespace {

/// A table that is there already is taken as it is, as long as each of its columns can hold its field.
constexpr std::string_view kTable = R"(select ablo.ensure_table({name}, $table$(
  {organization} text collate "C" not null,
  {id} text collate "C" not null check ({id} <> ''),
  {createdAt} timestamptz not null default now(),
  {updatedAt} timestamptz not null default now(),
  primary key ({organization}, {id})
)$table$))";

std::string valuesText(const Field& field) {
  std::string text;
  for (const std::string& value : field.enumValues) text += (text.empty() ? "" : ", ") + quotedText(value);
  return "array[" + text + "]";
}

}  // namespace

std::vector<std::string> tableDdl(const Model& model) {
  const std::string table = tableName(model);
  const std::string organization = columnName(model, "organizationId");
  std::vector<std::string> ddl;

  ddl.push_back(fill(kTable, {{"name", quotedText(table)},
                              {"organization", organization},
                              {"id", columnName(model, "id")},
                              {"createdAt", columnName(model, "createdAt")},
                              {"updatedAt", columnName(model, "updatedAt")}}));
  for (const Field& field : model.fields) {
    ddl.push_back("select ablo.ensure_column(" + quotedText(table) + ", " + quotedText(field.column) + ", " +
                  quotedText(columnType(field.type)) + ")");
    const std::string rule = ruleName(model.table + "_" + field.column + "_enum");
    if (!field.enumValues.empty())
      ddl.push_back("select ablo.ensure_enum(" + quotedText(table) + ", " + quotedText(rule) + ", " +
                    quotedText(field.column) + ", " + valuesText(field) + ")");
    if (field.indexed && field.type != FieldType::json)
      ddl.push_back("select ablo.ensure_index(" + quotedText(table) + ", " +
                    quotedText(ruleName(model.table + "_" + field.column + "_idx")) + ", " +
                    quotedText("(" + organization + ", " + quotedName(field.column) + ")") + ")");
  }
  ddl.push_back("select ablo.ensure_tenancy(" + quotedText(table) + ", " +
                quotedText(model.field("organizationId")->column) + ")");
  return ddl;
}

}  // namespace ablo
