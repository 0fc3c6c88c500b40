// SPDX-License-Identifier: MIT
#include "foreign.h"

#include "capture.h"

namespace ablo::sim {

namespace {

constexpr double kForEver = 1e12;

Json eventOf(Backend who, const ForeignWrite& write, bool creates) {
  Json event =
      Json::object({{"foreign", static_cast<double>(who)}, {"model", write.row.first}, {"id", write.row.second}});
  event.set("op", !write.image ? "delete" : creates ? "create" : "update");
  if (write.image) event.set("data", *write.image);
  return event;
}

Task<std::optional<Json>> foreign(Database& db, Backend who, std::vector<ForeignWrite> writes, double thinks) {
  db.transaction(who).told = Json::object({{"foreign", static_cast<double>(who)}, {"end", true}});
  for (const ForeignWrite& write : writes) {
    co_await db.statement(who);
    const bool needsRow = write.merges || !write.image, had = db.locks.holds(who, lockName(write.row));
    if (needsRow && !db.row(who, write.row)) continue;  // of a row that is not there nothing is locked
    if (co_await db.locks.lock(who, lockName(write.row), kForEver) != Wait::granted) co_return std::nullopt;
    const Image before = db.row(who, write.row);
    if (needsRow && !before) {
      if (!had) db.locks.letGo(who, lockName(write.row));
      continue;
    }
    Image after = write.merges ? *before : write.image;
    if (write.merges)
      for (const Json::Member& member : write.image->members()) after->set(member.name, member.value);
    db.transaction(who).captured.push_back({write.row, before, Json()});
    db.write(who, write.row, after);
    if (db.observe) db.observe(eventOf(who, write, !before));
    if (!after && write.row.first == "tasks" &&
        co_await cascade(db, who, write.row.second, kForEver, Json()) != Wait::granted)
      co_return std::nullopt;
    if (thinks > 0) co_await db.pause(who, thinks);
  }
  if (co_await logCaptured(db, who, kForEver) != Wait::granted) co_return std::nullopt;
  co_return Json::object();
}

}  // namespace

Database::Function foreignTransaction(std::vector<ForeignWrite> writes, double thinks) {
  return [writes = std::move(writes), thinks](Database& db, Backend who) { return foreign(db, who, writes, thinks); };
}

}  // namespace ablo::sim
