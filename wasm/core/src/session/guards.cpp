// SPDX-License-Identifier: MIT
//
// Guards: what a write says it goes by. A row that was read here is known by the version that was read; what is under way here
// and says something else of the same fields is gone by as well, for it may be refused, or give way in part.
#include <algorithm>

#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr double kNoLog = -1;      // the log is being loaded: what is shown is of none
constexpr double kTakenBack = -2;  // what was read was a write that was refused or gave way, or is of another log

/// Whether they say something of the same fields. No operation: all of them.
bool meet(const Operation& before, const Operation* after) {
  if (!after || before.kind != Operation::Kind::update || after->kind != Operation::Kind::update) return true;
  return std::any_of(before.data.begin(), before.data.end(), [&](const auto& one) {
    return std::any_of(after->data.begin(), after->data.end(),
                       [&](const auto& other) { return one.first == other.first; });
  });
}

/// Up to where the log was known when what it changes was claimed, as far as it was: under a claim a write goes by what was
/// read when it was granted. Under several it is for each field the one that the commit names, or else the latest; what none of
/// them is for goes by the one that is named.
double readWhenGranted(const Schema& schema, const List<const Claim*>& claims, std::string_view named,
                       const Operation& operation) {
  const Model& model = schema.models[static_cast<std::size_t>(operation.model)];
  List<const Claim*> here;
  double readAt = -1, otherwise = -1;
  for (const Claim* claim : claims) {
    if (claim->model == model.key && claim->row == operation.id) here.push_back(claim);
    if (claim->id == named) otherwise = claim->readAt;
  }
  const auto goBy = [&](const Field& field) {
    double of = -1;
    for (const Claim* claim : here) {
      if (!claim->isOf(field.name)) continue;
      of = std::max(of, claim->readAt);
      if (claim->id != named) continue;
      of = claim->readAt;
      break;
    }
    if (of >= 0) readAt = readAt < 0 ? of : std::min(readAt, of);
  };
  if (here.empty()) return otherwise;
  if (operation.kind == Operation::Kind::update)
    for (const auto& [field, value] : operation.data) goBy(model.fields[static_cast<std::size_t>(field)]);
  else
    for (const Field& field : model.fields) goBy(field);
  return readAt < 0 ? otherwise : readAt;
}

}  // namespace

/// The id's text is held: a row that was read may be deleted, and be another one under the same id when it is written.
void Client::Impl::rowRead(int model, uint32_t slot) {
  if (!options_.guardsUpdates) return;
  if (seen_.empty()) seen_.resize(store_.schema().models.size());
  List<Seen>& rows = seen_[static_cast<std::size_t>(model)];
  const uint32_t id = store_.symbol(model, slot, 0);
  if (rows.size() <= id) rows.resize(id + 1);
  if (rows[id].version == 0) store_.strings().hold(id);
  rows[id] = {cursor_, store_.version(model, slot)};
}

/// Null: nobody has read it here.
Client::Impl::Seen* Client::Impl::seen(const Operation& operation) {
  if (seen_.empty()) return nullptr;
  List<Seen>& rows = seen_[static_cast<std::size_t>(operation.model)];
  const uint32_t id = store_.strings().find(operation.id);
  return id < rows.size() && rows[id].version > 0 ? &rows[id] : nullptr;
}

/// Up to where the log was known when the row was last read: by now, if it is still what was read, or never was.
double Client::Impl::lastRead(const Operation& operation) {
  const Seen* one = seen(operation);
  const int slot = store_.slot(operation.model, operation.id);
  const bool current = slot >= 0 && one && one->version == store_.version(operation.model, static_cast<uint32_t>(slot));
  return current || !one ? cursor_ : one->at;
}

/// Whoever has read what this commit made of a row, may have read what never was; or, if it is confirmed, may not have read
/// what came after it in the log.
void Client::Impl::takeBack(const PendingCommit& commit, bool confirmed) {
  if (!confirmed && !snapshots_.none())
    for (const Operation& operation : commit.operations)
      snapshots_.takenBack(store_.schema(), {operation.model, operation.id}, commit.madeAt);
  for (const Operation& operation : commit.operations)
    if (Seen* one = seen(operation); one && one->version > commit.madeAt)
      one->at = std::min(one->at, confirmed ? commit.seq : kTakenBack);
}

/// The log it was read from was replaced: none of its positions is one of this log.
void Client::Impl::takeAllBack() {
  for (List<Seen>& rows : seen_)
    for (Seen& one : rows) one.at = kTakenBack;
}

Outcome Client::Impl::writeGuards(const Json& json, const List<Operation>& operations, const List<const Claim*>& claims,
                                  const Guard& guard, PendingCommit& made, ObjectText& message) {
  const Json* snapshot = json.find("snapshot");
  const Snapshots::Taken* taken = snapshot ? snapshots_.find(snapshot->asNumber()) : nullptr;
  const bool stands = taken && !taken->isGone && !(taken->fell && made.retries >= 0);
  if (snapshot && !stands) return Error::of(ErrorCode::stale_context);
  const bool revises = made.retries >= 0;
  List<const PendingCommit*> basis;
  bool guarded = json.find("reads") || taken, held = false;
  const auto base = [&](const PendingCommit* commit) {
    if ((commit->state < CommitLife::State::confirmed || !commit->notifications.empty()) &&
        std::find(basis.begin(), basis.end(), commit) == basis.end())
      basis.push_back(commit);
  };
  const auto goBy = [&](int model, std::string_view id, const Operation* operation) {
    for (const auto& [commit, before] : store_.touches(model, id))
      if (meet(*before, operation)) base(commit);
  };
  const auto goByAll = [&](int model) {
    for (const PendingCommit* commit : store_.pending().commits())
      for (const Operation& operation : commit->operations)
        if (operation.model == model) base(commit);
  };

  Json list = Json::array();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    const Json& given = json.find("operations")->items()[i];
    Guard own = guard;
    if (Outcome read = readGuard(given, own); !read) return read;
    if (own.readAt < 0) own.readAt = readWhenGranted(store_.schema(), claims, json.text("claim"), operation);
    const bool asRead = revises || (options_.guardsUpdates && own.readAt < 0 && own.onStale != OnStale::force);
    if (asRead && operation.kind != Operation::Kind::create) {
      own.readAt = lastRead(operation);
      if (own.readAt == kNoLog && (revises || seen(operation))) own.readAt = 0, held = true;
    }
    if (own.readAt == kTakenBack) return Error::of(ErrorCode::stale_context);
    Json written = writeOperation(store_.schema(), operation);
    if (own.readAt != guard.readAt) written.set("readAt", own.readAt);
    if (own.onStale != guard.onStale) written.set("onStale", onStaleText(own.onStale));
    guarded |= own.readAt >= 0;
    made.yields |= own.onStale == OnStale::flag || own.onStale == OnStale::merge;
    held |= own.readAt >= 0 && store_.held(operation.model, operation.id);
    if (own.readAt >= 0 && own.onStale == OnStale::reject) goBy(operation.model, operation.id, &operation);
    list.push(std::move(written));
  }
  message.member("operations", list);

  Json relied = Json::array();
  const Json* reads = json.find("reads");
  if (reads && !reads->isArray()) return badOption("reads", "an array");
  for (const Json* list : {taken ? &taken->premises : nullptr, reads})
    for (std::size_t i = 0; list && i < list->items().size(); ++i) {
      Json read = list->items()[i];
      Guard own{guard.readAt < 0 ? cursor_ : guard.readAt};
      if (Outcome given = readGuard(read, own); !given) return given;
      made.yields |= own.onStale == OnStale::flag;
      if (own.readAt < 0) return Error::of(ErrorCode::sync_not_ready);
      const Json* query = read.find("query");
      const int model = store_.schema().modelIndex((query ? *query : read).text("model"));
      if (query) {
        goByAll(model);
      } else if (model >= 0) {
        held |= store_.held(model, read.text("id"));
        goBy(model, read.text("id"), nullptr);
      }
      relied.push(read.set("readAt", own.readAt));
    }
  if (taken && relied.items().size() > kMostReads) return badOption("reads", "up to 500 rows and queries");
  if (!relied.items().empty()) message.member("reads", relied);
  // A row that is held is as it was before the last load: what goes by it goes by no log there is.
  const Json* epoch = json.find("epoch");
  if (epoch)
    message.member("epoch", *epoch);
  else if (guarded && (held || !epoch_.empty()))
    message.member("epoch", held ? std::string_view() : epoch_);
  if (const Json* known = json.find("basedOn")) {
    message.member("basedOn", *known);
  } else if (!basis.empty()) {
    Json keys = Json::array();
    for (const PendingCommit* commit : basis)
      keys.push(Json::object().set("key", commit->key).set("attempt", commit->attempt));
    message.member("basedOn", keys);
  }
  return Nothing{};
}

}  // namespace ablo
