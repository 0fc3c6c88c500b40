// SPDX-License-Identifier: MIT
//
// Checks: the promises of the contract, held against the record, the log and the rows. They share no code with what they check.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "entry.h"
#include "functions.h"
#include "person.h"
#include "record.h"

namespace ablo::sim {

/// What one page must show at every moment: the log up to its cursor, with what it has written and is not settled on top
/// (I7, I8, I10, I16, I18).
class View {
 public:
  /// Says what is not so. `after` says when, for the report.
  void check(Person& person, const Database& database, Record& record);

 private:
  std::string session_, epoch_;
  double cursor_ = -1;
  void checkClaims(Person& person, Record& record);

  std::map<RowName, Json> base_;
  std::map<std::string, std::string> claims_;  // by id: how each stands
};

/// Whether an entry says that a field changed.
inline bool names(const Json* fields, std::string_view name) {
  if (!fields) return false;
  const auto all = fields->items();
  return std::any_of(all.begin(), all.end(), [&](const Json& field) { return field.asString() == name; });
}

/// Of the log alone: dense, each commit together and once, no key with two effects (I2, I4, I6).
void checkLog(const Database& database, Record& record);
/// What people were told, against the log (I1, I3, I5, I9, I10, I12).
void checkOutcomes(const Database& database, Record& record);
/// Who held what when, by the log, and what came in between (I13, I14).
void checkLines(const Database& database, Record& record, bool faultless);
/// What somebody is told of a claim of theirs: that they hold it, or hold it no more.
void checkGranted(Person& person, const Json& claim, const Database& database, Record& record);
void checkLost(Person& person, const std::string& claim, const Database& database, Record& record);
/// What they are told of a row: that nobody holds it.
void checkFree(Person& person, const RowName& row, const Database& database, Record& record);
/// Rows are the log folded, and money is neither made nor lost (I6, I15).
void checkRows(const Database& database, Record& record, double money);

}  // namespace ablo::sim
