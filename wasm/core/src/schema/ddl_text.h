// SPDX-License-Identifier: MIT
//
// Names and values of a schema inside SQL text. Whatever is not a constant of ours comes through here, quoted.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "ablo/schema.h"

namespace ablo {

std::string quotedName(std::string_view name);                        // "name"
std::string quotedText(std::string_view text);                        // 'text'
std::string tableName(const Model& model);                            // public."tasks"
std::string functionName(std::string_view verb, const Model& model);  // ablo."write_tasks"
std::string columnName(const Model& model, std::string_view field);   // the column of a field that every model has
std::string_view columnType(FieldType type);                          // what we make for a field of this type

/// A name of ours for something in the database: cut to what Postgres keeps of it, and still different from others.
std::string ruleName(std::string_view name);

/// The template with each {word} replaced. Braces that hold no known word stay.
std::string fill(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string>> words);

}  // namespace ablo
