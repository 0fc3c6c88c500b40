// SPDX-License-Identifier: MIT
#include "schema/ddl_text.h"

#include "base/hash.h"

namespace ablo {

namespace {

constexpr std::size_t kLongestName = 63;

std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) result.append(c == quote ? 2 : 1, c);
  return result += quote;
}

}  // namespace

std::string quotedName(std::string_view name) { return quoted(name, '"'); }

/// Between these quotes a backslash is itself, as the standard says and as Postgres does unless told otherwise.
std::string quotedText(std::string_view text) { return quoted(text, '\''); }

std::string tableName(const Model& model) { return "public." + quotedName(model.table); }

std::string functionName(std::string_view verb, const Model& model) {
  return "ablo." + quotedName(ruleName(std::string(verb) + "_" + model.table));
}

std::string columnName(const Model& model, std::string_view field) {
  const Field* found = model.field(field);
  return quotedName(found ? found->column : field);
}

std::string_view columnType(FieldType type) {
  switch (type) {
    case FieldType::number: return "double precision";
    case FieldType::boolean: return "boolean";
    case FieldType::date: return "timestamptz";
    case FieldType::json: return "jsonb";
    default: return "text";
  }
}

std::string ruleName(std::string_view name) {
  if (name.size() <= kLongestName) return std::string(name);
  return std::string(name.substr(0, kLongestName - 9)) + "_" + hashText(hashBytes(name)).substr(0, 8);
}

std::string fill(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string>> words) {
  std::string result;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = text.find('}', open);
    if (open == text.npos || close == text.npos) break;
    result += text.substr(0, open);
    const std::string_view word = text.substr(open + 1, close - open - 1);
    const std::string* value = nullptr;
    for (const auto& [name, text_of] : words)
      if (name == word) value = &text_of;
    result += value ? *value : text.substr(open, close - open + 1);
    text.remove_prefix(close + 1);
  }
  return result += text;
}

}  // namespace ablo
