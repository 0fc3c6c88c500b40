// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/hash.h"
#include "codec/block.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr int kAbnormal = 1006;
constexpr double kBoundless = std::numeric_limits<double>::infinity();

/// The server's error as one of ours. A code this client does not know is kept as text.
Error readError(const Json* json) {
  if (!json) return Error::of(ErrorCode::internal_error);
  Error error{ErrorCode::internal_error, std::string(json->text("message")), writeJson(*json)};
  if (const std::optional<ErrorCode> code = errorCode(json->text("code"))) error.code = *code;
  return error;
}

bool onlyBaseFields(const Model& model, const Json* fields) {
  if (!fields) return false;
  return std::all_of(fields->items().begin(), fields->items().end(), [&](const Json& name) {
    const Field* field = model.field(name.asString());
    return field && field->base;
  });
}

}  // namespace

void Client::Impl::receive(std::string_view bytes, double now) {
  session_.heard(now);
  if (!hasRoomFor(bytes.size(), isBlock(bytes) ? kBlockSpread : kJsonSpread)) return refuseMore(now);
  if (isBlock(bytes)) {
    blocks_.emplace_back(bytes);
    return;
  }
  const Result<Json> message = parseJson(bytes, kTrustedJson);
  if (!message) {
    warn("A frame of the server could not be read: " + message.error().message);
    return;
  }
  const std::string_view type = message->text("type");
  if (type == "welcome")
    welcome(*message, now);
  else if (type == "loaded")
    loaded(*message, now);
  else if (type == "changes")
    changes(*message, now);
  else if (type == "receipt")
    receipt(*message, now);
  else if (type == "answer")
    answer(*message, now);
  else if (type == "error")
    problem_ = readError(message->find("error"));
  else if (type != "pong")
    warn("A frame of an unknown type was left aside: " + std::string(type.substr(0, 32)));
  revise(now);
  sendCommits();
}

void Client::Impl::welcome(const Json& message, double now) {
  blocks_.clear();  // of a conversation that was cut
  organization_ = message.text("organization");
  if (const Json* actor = message.find("actor")) actor_ = *actor;
  store_.setAuthor(organization_, std::string(actor_.text("id")));
  setEpoch(message.text("epoch"));
  if (message.find("now")) serverAhead_ = std::floor(message.number("now") - now);
  tokenLasts_ = message.find("expiresAt") ? message.number("expiresAt") - serverAhead_ : -1;
  head_ = message.number("seq");
  mostCommits_ = message.number("commits", kBoundless);
  mostCommitBytes_ = message.number("commitBytes", kBoundless);
  resuming_ = false;
  const bool resumes = message.text("start") == "resume";
  if (resumes)
    ++resumes_;
  else
    cursor_ = -1;  // it leads nowhere in the log that is about to be loaded
  statusChanged();
  handle(resumes ? Session::Event::resume : Session::Event::load, now);
  answerFree(true);
}

/// Asked before anything is parsed. What is here is weighed only when what came since could have filled it.
bool Client::Impl::hasRoomFor(std::size_t bytes, uint64_t spread) {
  took_ += bytes * spread;
  if (weighed_ + took_ <= options_.budget) return true;
  weighed_ = store_.bytes();
  for (const std::string& block : blocks_) weighed_ += block.size() * kBlockSpread;
  took_ = bytes * spread;
  return weighed_ + took_ <= options_.budget;
}

/// The rows that are here stay; what would be one too many ends the connection for good.
void Client::Impl::refuseMore(double now) {
  blocks_.clear();
  problem_ = Error::of(ErrorCode::store_full);
  statusChanged();
  handle(Session::Event::refused, now);
}

/// What came cannot be used, and nothing of it was. The connection is begun again.
void Client::Impl::loadAgain(const Error& error, double now) {
  warn(error.message);
  effects_.push_back({Record::disconnect, {}, kGoingAway});
  closed(kAbnormal, {}, now);
  problem_ = error;
}

void Client::Impl::loaded(const Json& message, double now) {
  List<std::string> came = std::exchange(blocks_, {});
  List<Block> blocks;
  const Json* named = message.find("blocks");
  for (std::size_t i = 0; named && i < named->items().size(); ++i) {
    Result<Block> block = i < came.size() ? readBlock(store_.schema(), came[i])
                                          : Result<Block>(Error::of(ErrorCode::block_damaged, "One is missing."));
    if (block && hashText(block->checksum) != named->items()[i].asString())
      block = Error::of(ErrorCode::block_damaged, "It is another one than was announced.");
    if (!block) return loadAgain(block.error(), now);
    block->columns = {};  // all of them at once are a fifth of the blocks' bytes, which is more than reading them anew
    blocks.push_back(std::move(*block));
  }
  if (const Json* reason = message.find("reason")) warn(std::string(reason->text("message")));
  const double seq = message.number("seq");
  if (options_.loadAll)
    store_.replaceAll(message.find("models") ? *message.find("models") : Json::object(), blocks, came);
  else
    store_.holdKept();
  claims_.replaceAll(message.find("claims"));
  if (loadedOnce_) snapshots_.changed(store_.schema(), nullptr);
  cursor_ = loadedAt_ = seq;
  if (!message.text("epoch").empty()) setEpoch(message.text("epoch"));
  loadedOnce_ = true;
  resuming_ = false;
  while (const uint32_t request = requests_.find(Request::Kind::everything, {})) {
    requests_.take(request);
    answered(request);
  }
  settleApplied(now);
  const bool again = session_.state() == Session::State::live;  // another log: it may know nothing of who waits in line
  handle(Session::Event::loaded, now);
  List<std::string> ids;
  for (const auto& [id, own] : own_)
    if (again || own.state == OwnClaim::State::held || claims_.find(id)) ids.push_back(id);
  for (const std::string& id : ids) consider(id, now);
  answerFree(true);
  askAgain(now);
  statusChanged();
}

/// Another epoch is another log: what was accepted in the last one has to be asked again, and what was read is no more.
void Client::Impl::setEpoch(std::string_view epoch) {
  if (!epoch_.empty() && epoch != epoch_) {
    for (PendingCommit* commit : store_.pending().commits()) {
      commit->seq = 0;
      advance(*commit, CommitLife::Event::replaced);
    }
    for (Revision& revision : revisions_) revision.seq = 0;
    takeAllBack();
  }
  epoch_ = epoch;
}

void Client::Impl::resume() {
  resuming_ = true;
  greet();
}

void Client::Impl::changes(const Json& message, double now) {
  const double from = message.number("from"), to = message.number("to");
  if (resuming_ || to <= cursor_) return;
  if (from != cursor_) {
    resume();
    return;
  }
  const bool wasTold = isTold();
  cursor_ = to;
  if (const Json* list = message.find("changes"))
    for (const Json& entry : list->items()) change(entry, now);
  answerFree(!wasTold);
  settleApplied(now);
}

void Client::Impl::change(const Json& change, double now) {
  const std::string_view kind = change.text("kind");
  if (kind == "claim") {
    const Json* claim = change.find("claim");
    if (!claim) return;
    claims_.apply(*claim);
    consider(std::string(claim->text("id")), now);
    return;
  }
  if (kind == "resync") {
    cursor_ = -1;
    resume();
    return;
  }
  const int model = kind == "row" ? store_.schema().modelIndex(change.text("model")) : -1;
  if (model < 0) return;
  const double seq = change.number("seq");
  const std::string id(change.text("id"));
  Snapshots::Change told{{model, id}};
  const bool watched = !snapshots_.none();
  if (watched) told.before = store_.base(model, id);
  store_.apply(model, id, change.find("row"), seq);
  if (change.text("session") != options_.session) {
    if (!watched) return;
    if (onlyBaseFields(store_.schema().models[static_cast<std::size_t>(model)], change.find("fields")))
      told.severity = Snapshots::Severity::metadata;
    if (const Json* row = change.find("row")) told.after = store_.read(model, *row);  // it may not be kept here
    snapshots_.changed(store_.schema(), &told);
  } else if (PendingCommit* commit = store_.pending().find(change.text("key")); commit && !commit->yields) {
    commit->seq = std::max(commit->seq, seq);
    advance(*commit, CommitLife::Event::accepted);
  }
}

void Client::Impl::receipt(const Json& message, double now) {
  PendingCommit* commit = store_.pending().find(message.text("key"));
  if (!commit || message.number("attempt") != commit->attempt) return;
  if (message.text("status") == "confirmed") {
    commit->seq = std::max(commit->seq, message.number("seq"));
    advance(*commit, CommitLife::Event::accepted);
    if (const Json* notifications = message.find("notifications")) {
      commit->notifications = writeJson(*notifications);
      takeBack(*commit);
    }
    settleApplied(now);
    return;
  }
  if (message.text("status") != "rejected") return;
  Error error = readError(message.find("error"));
  takeBack(*commit);
  if (commit->state < CommitLife::State::confirmed && revises(*commit, error, now))
    advance(*commit, CommitLife::Event::outdated);
  else
    advance(*commit, CommitLife::Event::rejected, error);
  dropSettled(now);
}

void Client::Impl::answer(const Json& message, double now) {
  const auto number = static_cast<uint32_t>(message.number("request"));
  const auto found = requests_.open().find(number);
  if (found == requests_.open().end()) return;
  const Request::Kind kind = found->second.kind;

  // A claim beside it: a release was sent again, and this is how it has ended.
  if (const Json* error = message.find("error"); !message.find("claim") && error) {
    refuse(number, readError(error), now);
  } else if (kind == Request::Kind::query && message.number("seq") < loadedAt_) {
    send(found->second.message);  // what changed between it and the last load is not told any more
  } else if (kind == Request::Kind::claim) {
    const Json* claim = message.find("claim");
    if (!claim) return;
    const std::string_view status = claim->text("status");
    // The stream tells how it stands: this answer may be older than what was told already, or newer.
    if (status != "active" && status != "queued")
      advance(std::string(claim->text("id")), OwnClaim::Event::ended, now);
    else if (claims_.find(claim->text("id")))
      consider(std::string(claim->text("id")), now);
  } else {
    const std::optional<Request> request = requests_.take(number);
    bool waits = false;
    if (kind == Request::Kind::query) {
      const Json* rows = message.find("rows");
      if (rows) store_.hydrate(request->query->model, rows->items(), message.number("seq"));
      store_.keep(request->subject, *request->query);
      waits = rows && expand(number, *request, rows->items(), now);
    }
    if (!waits) {
      answered(number);
      partEnded(number, nullptr, now);
    }
  }
  store_.remember(requests_.waitsForRows());
}

}  // namespace ablo
