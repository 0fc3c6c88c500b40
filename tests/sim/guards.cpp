// SPDX-License-Identifier: MIT
#include "guards.h"

#include <algorithm>
#include <set>

#include "claims.h"

namespace ablo::sim {

Json failed(std::string_view code) {
  return Json::object({{"status", "rejected"}, {"error", Json::object({{"code", code}, {"message", code}})}});
}

std::string actorOf(const Json& commit) { return std::string(commit.find("actor")->text("id")); }

namespace {

struct Conflict {
  const Json* premise;
  std::string id;
  double seq = 0;
  bool whole = false;  // more than fields changed
  std::set<std::string> fields;

  bool is(std::string_view onStale) const { return premise->text("onStale") == onStale; }
  Json told() const {
    Json names = Json::array();
    for (const std::string& name : fields) names.push(name);
    return Json::object({{"model", premise->text("model")}, {"id", id}, {"fields", std::move(names)}, {"seq", seq}});
  }
};

bool names(const Json& fields, std::string_view name) {
  return std::any_of(fields.items().begin(), fields.items().end(),
                     [&](const Json& field) { return field.asString() == name; });
}

/// What has changed of what a commit goes by, after it was read, or `readAt` if that is earlier, and after `since`.
std::vector<Conflict> conflicts(Database& db, Backend who, const Json& commit, const Snapshot& sees, double readAt,
                                double since) {
  std::vector<Conflict> found;
  for (const Json& premise : commit.find("premises")->items()) {
    if (premise.text("onStale") == "force") continue;
    std::map<std::string, Conflict> met;  // by row
    const Json *touched = premise.find("fields"), *asked = premise.find("params");
    const double after = std::max(since, std::min(readAt, premise.number("readAt")));
    for (auto at = static_cast<std::size_t>(after); static_cast<double>(at) < db.head(who, sees); ++at) {
      const Json& entry = db.entry(who, sees, at);
      if (asked && !concerns(entry, asked->items()[0].asString())) continue;  // the one query there is: tasks by status
      if (!asked && !isOf(entry, rowOf(premise))) continue;
      if (entry.text("session") == commit.text("session") && !commit.text("session").empty() &&
          entry.number("seq") > premise.number("readAt"))
        continue;
      const bool updates = entry.text("op") == "update";
      std::set<std::string> names;
      bool meets = asked || !touched || !updates;
      if (const Json* fields = entry.find("fields"))
        for (const Json& field : fields->items())
          if (!touched || !updates || sim::names(*touched, field.asString())) {
            meets = true;
            names.emplace(field.asString());
          }
      if (!meets) continue;
      const std::string id(entry.text("id"));
      Conflict& conflict = met.try_emplace(id, Conflict{&premise, id, 0, false, {}}).first->second;
      conflict.seq = entry.number("seq");
      conflict.whole |= asked || !updates;
      if (asked) conflict.fields.clear();
      conflict.fields.merge(names);
    }
    for (auto& [id, conflict] : met) found.push_back(std::move(conflict));
  }
  return found;
}

/// What is left of the operations when what changed meanwhile is left alone.
Json merged(const Json& operations, const std::vector<Conflict>& found) {
  Json left = Json::array();
  for (std::size_t place = 0; place < operations.items().size(); ++place) {
    const Json& operation = operations.items()[place];
    const auto conflict = std::find_if(found.begin(), found.end(), [&](const Conflict& one) {
      return one.is("merge") && one.premise->number("operation", -1) == static_cast<double>(place);
    });
    if (conflict == found.end()) {
      left.push(operation);
      continue;
    }
    Json data = Json::object();
    if (const Json* all = operation.find("data"))
      for (const Json::Member& member : all->members())
        if (!conflict->fields.count(std::string(member.name.asString()))) data.set(member.name, member.value);
    if (!conflict->whole && !data.members().empty()) left.push(Json(operation).set("data", std::move(data)));
  }
  return left;
}

constexpr double kNever = 9e15;

/// Where the first of the writes stands that a commit was based on; negative: one of them was refused, or met
/// changes of others.
double basisOf(Database& db, Backend who, const Json& commit, const Snapshot& sees) {
  const Json* basedOn = commit.find("basedOn");
  double first = kNever;
  for (std::size_t i = 0; basedOn && i < db.decided(who, sees); ++i)
    for (const Json& basis : basedOn->items()) {
      const Receipt& done = db.receipt(who, sees, i);
      if (done.actor != actorOf(commit) || done.key != basis.text("key") || done.attempt != basis.number("attempt"))
        continue;
      if (done.answer.text("status") == "rejected" || done.answer.find("notifications")) return -1;
      first = std::min(first, done.answer.number("seq"));
    }
  return first;
}

}  // namespace

Json verdictOf(Database& db, Backend who, const Json& commit, const Snapshot& sees, double since) {
  if (db.revoked.count(std::string(commit.text("credential")))) return Json::object({{"status", "revoked"}});
  if (Json verdict = claimVerdict(db, who, commit); !verdict.isNull()) return verdict;
  const Json* premises = commit.find("premises");
  if (!premises) return {};
  const double basis = basisOf(db, who, commit, sees);
  const Json* epoch = commit.find("epoch");
  const bool replaced = epoch && epoch->asString() != db.epoch;
  const bool lost = std::any_of(premises->items().begin(), premises->items().end(), [&](const Json& premise) {
    return premise.text("onStale") != "force" && (std::min(basis, premise.number("readAt")) < db.trimmed || replaced);
  });
  if (basis < 0 || lost) {
    Json verdict = failed("stale_context");
    return verdict.set("error", Json(*verdict.find("error")).set("conflicts", Json::array()));
  }
  for (const Json& premise : premises->items())
    if (premise.number("readAt") > db.head(who, sees) && !replaced) return failed("write_options_invalid");

  const std::vector<Conflict> found = conflicts(db, who, commit, sees, basis, since);
  if (found.empty()) return {};
  Json refused = Json::array(), told = Json::array();
  double readAt = kNever;
  bool merges = false;
  for (const Conflict& conflict : found) {
    told.push(conflict.told());
    merges |= conflict.is("merge");
    if (!conflict.is("reject")) continue;
    refused.push(conflict.told());
    readAt = std::min(readAt, conflict.premise->number("readAt"));
  }
  if (!refused.items().empty()) {
    Json verdict = failed("stale_context");
    return verdict.set("error", Json(*verdict.find("error")).set("readAt", readAt).set("conflicts", refused));
  }
  Json verdict = Json::object({{"notifications", std::move(told)}});
  if (merges) verdict.set("operations", merged(*commit.find("operations"), found));
  return verdict;
}

}  // namespace ablo::sim
