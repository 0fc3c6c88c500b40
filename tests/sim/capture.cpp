// SPDX-License-Identifier: MIT
#include "capture.h"

#include "claims.h"

namespace ablo::sim {

Task<Wait> cascade(Database& db, Backend who, std::string task, double patience, Json cause) {
  for (const RowName& note : db.all(who, "notes")) {
    const Image child = db.row(who, note);
    if (!child || child->text("taskId") != task) continue;
    const Wait waited = co_await db.locks.lock(who, lockName(note), patience);
    if (waited != Wait::granted) co_return waited;
    const Image now = db.row(who, note);
    if (!now || now->text("taskId") != task) continue;
    db.transaction(who).captured.push_back({note, now, cause});
    db.write(who, note, std::nullopt);
  }
  co_return Wait::granted;
}

namespace {

/// What the log says of a row, the transaction's own entries included; where it says nothing, what the row was.
Image lastLogged(const Database& db, const Transaction& work, const Snapshot& sees, const RowName& row,
                 const Image& before) {
  const auto imageOf = [](const Json& entry) { return entry.find("after") ? Image(*entry.find("after")) : Image(); };
  for (std::size_t at = work.log.size(); at > 0; --at)
    if (isOf(work.log[at - 1], row)) return imageOf(work.log[at - 1]);
  for (std::size_t at = sees.log; at > 0; --at)
    if (isOf(db.log[at - 1], row)) return imageOf(db.log[at - 1]);
  return before;
}

}  // namespace

Task<Wait> logCaptured(Database& db, Backend who, double patience) {
  if (db.transaction(who).captured.empty()) co_return Wait::granted;
  const Wait wait = co_await db.locks.lock(who, kLogLock, patience);
  if (wait != Wait::granted) co_return wait;
  const Snapshot sees = co_await db.statement(who);
  Transaction& work = db.transaction(who);
  double seq = static_cast<double>(sees.log + work.log.size());
  std::map<RowName, Captured> first;
  for (const Captured& captured : work.captured) first.try_emplace(captured.row, captured);
  for (const auto& [row, captured] : first) {
    const Image after = db.row(who, row), logged = lastLogged(db, work, sees, row, captured.before);
    if (after.has_value() == logged.has_value() && (!after || same(*after, *logged))) continue;
    Json fields = Json::array();
    if (after && captured.before)
      for (const Json::Member& member : after->members()) {
        const Json* was = captured.before->find(member.name);
        if (!was || !same(*was, member.value)) fields.push(member.name);
      }
    const std::string op = !after ? "delete" : !captured.before ? "create" : "update";
    Json entry = makeEntry(row, op, captured.before, after, fields);
    entry.set("actor", Json::object({{"kind", "system"}, {"id", "external"}}));
    if (captured.cause.isObject())
      entry.set("actor", *captured.cause.find("actor")).set("session", captured.cause.text("session"));
    entry.set("commitKey", "external:" + std::to_string(who)).set("seq", ++seq).set("at", db.now());
    work.log.push_back(std::move(entry));
  }
  for (const auto& [row, captured] : first) {
    if (db.row(who, row)) continue;
    const Wait waited = co_await cancelClaims(db, who, row);
    if (waited != Wait::granted) co_return waited;
  }
  co_return Wait::granted;
}

}  // namespace ablo::sim
