// SPDX-License-Identifier: MIT
#include "functions.h"

#include <algorithm>
#include <map>

#include "claims.h"
#include "commit.h"

namespace ablo::sim {

namespace {

using Answer = std::optional<Json>;

Task<Answer> load(Database& db, Backend who, Json input) {
  const Snapshot sees = co_await db.statement(who);
  const double head = static_cast<double>(sees.log);
  if (const Json* have = input.find("have"); have && have->text("epoch") == db.epoch && have->number("seq") == head)
    co_return Json::object({{"seq", head}, {"epoch", db.epoch}, {"same", true}, {"claims", liveClaims(db)}});
  Json models = Json::object();
  if (input.flag("full")) {
    std::map<std::string, Json> lists;
    for (const auto& [name, row] : db.rows) lists.try_emplace(name.first, Json::array()).first->second.push(row);
    for (auto& [name, list] : lists) models.set(name, std::move(list));
  }
  co_return Json::object(
      {{"seq", head}, {"epoch", db.epoch}, {"claims", liveClaims(db)}, {"models", std::move(models)}});
}

Task<Answer> changes(Database& db, Backend who, Json input) {
  const Snapshot sees = co_await db.statement(who);
  const double after = input.number("after");
  const auto from = static_cast<std::size_t>(after);
  const auto limit = static_cast<std::size_t>(input.number("limit"));
  std::size_t to = std::min(sees.log, from + limit);
  while (to > from && to < sees.log && db.splitsCommit(to)) ++to;
  Json list = Json::array();
  for (std::size_t i = std::max(from, static_cast<std::size_t>(db.trimmed)); i < to; ++i) list.push(db.log[i]);
  co_return Json::object({{"from", after},
                          {"to", static_cast<double>(std::max(from, to))},
                          {"head", static_cast<double>(sees.log)},
                          {"epoch", db.epoch},
                          {"trimmed", after < db.trimmed},
                          {"changes", std::move(list)}});
}

/// Statements are not understood, but for what the clients of this little world ask: all of a model, or what has one of
/// these ids.
Task<Answer> read(Database& db, Backend who, Json input) {
  const Snapshot sees = co_await db.statement(who);
  const std::string_view statement = input.text("statement");
  const auto params = input.find("params")->items();
  Json rows = Json::array();
  for (const auto& [name, row] : db.rows) {
    if (statement.find("\"" + name.first + "\" t where") == std::string_view::npos) continue;
    const auto isIt = [&id = name.second](const Json& one) { return one.asString() == id; };
    const auto ids = params.empty() ? params : params[0].items();
    if (params.empty() || std::any_of(ids.begin(), ids.end(), isIt)) rows.push(row);
  }
  co_return Json::object({{"seq", static_cast<double>(sees.log)}, {"rows", std::move(rows)}});
}

Task<Answer> nothing(Database& db, Backend who) {
  const Snapshot sees = co_await db.statement(who);
  co_return Json::object(
      {{"seq", static_cast<double>(sees.log)}, {"head", static_cast<double>(sees.log)}, {"rows", Json::array()}});
}

}  // namespace

Database::Function functionOf(const std::string& name, const Json& input) {
  return [name, input](Database& db, Backend who) -> Task<Answer> {
    if (name == "commit") return commit(db, who, input);
    if (name == "load") return load(db, who, input);
    if (name == "changes") return changes(db, who, input);
    if (name == "read") return read(db, who, input);
    if (name == "claim") return claim(db, who, input);
    if (name == "release") return release(db, who, input);
    if (name == "renew") return renew(db, who, input);
    if (name == "reorder") return reorder(db, who, input);
    if (name == "sweep") return sweep(db, who);
    return nothing(db, who);
  };
}

}  // namespace ablo::sim
