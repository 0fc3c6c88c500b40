// SPDX-License-Identifier: MIT
#include "guards.h"

#include <algorithm>
#include <set>

namespace ablo::sim {

Json failed(std::string_view code) {
  return Json::object({{"status", "rejected"}, {"error", Json::object({{"code", code}, {"message", code}})}});
}

namespace {

/// The changes after `since` that a commit did not know of.
Json conflicts(const Database& db, const Json& commit, const Snapshot& sees, double since) {
  Json found = Json::array();
  for (const Json& operation : commit.find("operations")->items()) {
    if (operation.text("op") == "create") continue;
    const bool updates = operation.text("op") == "update";
    double seq = 0;
    std::set<std::string> fields;
    for (std::size_t at = static_cast<std::size_t>(since); at < sees.log; ++at) {
      const Json& entry = db.log[at];
      if (rowOf(entry) != rowOf(operation)) continue;
      if (entry.text("session") == commit.text("session") && !commit.text("session").empty()) continue;
      const bool whole = !updates || entry.text("op") != "update";
      bool touches = whole;
      if (const Json* names = entry.find("fields"))
        for (const Json& name : names->items())
          if (whole || operation.find("data")->find(name.asString())) {
            touches = true;
            fields.insert(std::string(name.asString()));
          }
      if (touches) seq = entry.number("seq");
    }
    if (seq == 0) continue;
    Json names = Json::array();
    for (const std::string& name : fields) names.push(name);
    found.push(Json::object({{"model", operation.text("model")},
                             {"id", operation.text("id")},
                             {"fields", std::move(names)},
                             {"seq", seq}}));
  }
  return found;
}

}  // namespace

Json verdictOf(const Database& db, const Json& commit, const Snapshot& sees, double since) {
  const Json* readAt = commit.find("readAt");
  if (!readAt || commit.text("onStale") == "force") return {};
  if (readAt->asNumber() > static_cast<double>(sees.log)) return failed("write_options_invalid");
  const Json stale = conflicts(db, commit, sees, std::max(since, readAt->asNumber()));
  if (stale.items().empty() || commit.text("onStale") == "flag") return {};
  Json verdict = failed("stale_context");
  return verdict.set("error", Json(*verdict.find("error")).set("readAt", *readAt).set("conflicts", stale));
}

}  // namespace ablo::sim
