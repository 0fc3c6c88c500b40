// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/limits.h"
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr std::size_t kLargestFrame = 256 * 1024;  // what the server takes

}  // namespace

/// The claims a commit is made under: the one it names, and those this client holds on the rows it writes.
Result<List<const Claim*>> Client::Impl::claimsFor(const Json& json, const List<Operation>& operations) const {
  List<const Claim*> claims;
  const auto writes = [&](const Claims::Target& target) {
    return std::any_of(operations.begin(), operations.end(), [&](const Operation& operation) {
      const Model& model = store_.schema().models[static_cast<std::size_t>(operation.model)];
      return operation.id == target.second && model.key == target.first;
    });
  };
  for (const auto& [id, own] : own_) {
    if (own.state == OwnClaim::State::lost && writes(own.target)) return Error::of(ErrorCode::claim_lost);
    const Claim* claim = own.state == OwnClaim::State::held ? claims_.find(id) : nullptr;
    if (!claim) continue;
    if (writes(own.target) || id == json.text("claim")) claims.push_back(claim);
  }
  const std::string_view named = json.text("claim");
  if (json.find("claim") && named.empty())
    return badOption("claim", "a claim or its id; what a set of claims is of is written under it without that");
  const bool found = std::any_of(claims.begin(), claims.end(), [&](const Claim* claim) { return claim->id == named; });
  if (!named.empty() && !found)
    return Error::of(ErrorCode::claim_lost, {"This client does not hold the claim ", named, "."});
  return claims;
}

Result<uint32_t> Client::Impl::commit(std::string_view text, double now) {
  const Result<Json> json = parseJson(text);
  if (!json) return json.error();
  if (session_.state() == Session::State::stopped) return Error::of(ErrorCode::client_disposed);
  const std::string_view key = json->text("key");
  if (key.empty() || key.size() > kLongestKey) return badOption("idempotencyKey", "text of 1 to 255 bytes");
  if (store_.pending().find(key))
    return Error::of(ErrorCode::idempotency_conflict, "A commit with this key is pending here.");
  const Json* retries = json->find("retries");
  if (retries && !isWhole(retries)) return badOption("retries", "0 or more");
  Guard guard;
  if (const Outcome read = readGuard(*json, guard); !read) return read.error();
  Result<List<Operation>> operations = readOperations(store_.schema(), json->find("operations"));
  if (!operations) return operations.error();
  const Result<List<const Claim*>> claims = claimsFor(*json, *operations);
  if (!claims) return claims.error();

  PendingCommit commit;
  commit.number = ++lastCommit_;
  commit.key = key;
  commit.attempt = static_cast<uint32_t>(json->number("attempt", 1));
  commit.retries = retries ? retries->asNumber() : -1;
  commit.issuedAt = now;
  commit.madeAt = store_.version();
  ObjectText message;
  message.member("type", "commit").member("key", key).member("attempt", commit.attempt);
  message.member("issuedAt", json->number("issuedAt", now + serverAhead_));
  Json held = Json::array();
  for (const Claim* claim : *claims) {
    held.push(Json::object().set("id", claim->id).set("fence", claim->fence));
    commit.claims.push_back(claim->id);
  }
  if (const Json* known = json->find("claims")) held = *known;  // as it was asked the first time
  if (!held.items().empty()) message.member("claims", held);
  if (guard.readAt >= 0) message.member("readAt", guard.readAt);
  if (const Json* onStale = json->find("onStale")) message.member("onStale", *onStale);
  if (const Outcome written = writeGuards(*json, *operations, *claims, guard, commit, message); !written)
    return written.error();
  commit.message = message.take();
  if (commit.message.size() > kLargestFrame)
    return Error::of(ErrorCode::request_too_large, {"The commit has ", std::to_string(commit.message.size()),
                                                    " bytes, and ", std::to_string(kLargestFrame), " are allowed."});
  commit.operations = std::move(*operations);

  store_.add(std::move(commit), {organization_, std::string(actor_.text("id")), now * 1000});
  sendCommits();
  statusChanged();
  return lastCommit_;
}

std::string_view Client::Impl::message(uint32_t commit) const {
  for (const PendingCommit* pending : store_.pending().commits())
    if (pending->number == commit) return pending->message;
  return {};
}

void Client::Impl::advance(PendingCommit& commit, CommitLife::Event event, const std::optional<Error>& error) {
  const CommitLife::Step step = CommitLife::step(commit.state, event);
  commit.state = step.next;
  const auto tell = [&](Settled outcome, std::string text) {
    news_.push_back({Record::settled, commit.number, static_cast<uint32_t>(outcome), commit.seq, std::move(text)});
  };
  switch (step.effect) {
    case CommitLife::Effect::none: break;
    case CommitLife::Effect::send: send(commit.message); break;
    case CommitLife::Effect::confirm:
      takeBack(commit, true);
      tell(Settled::confirmed, commit.notifications);
      break;
    case CommitLife::Effect::reject: tell(Settled::rejected, writeJson(errorJson(*error))); break;
    case CommitLife::Effect::doubt:  // who waited gets the key to ask with
      commit.overdue = true;
      tell(Settled::unknown, writeJson(errorJson(*error).set("idempotencyKey", commit.key)));
      break;
  }
}

void Client::Impl::advanceAll(CommitLife::Event event) {
  for (PendingCommit* commit : store_.pending().commits()) advance(*commit, event);
}

/// In call order, as many at a time as the server takes.
void Client::Impl::sendCommits() {
  if (session_.state() != Session::State::live) return;
  double commits = 0, bytes = 0;
  for (PendingCommit* commit : store_.pending().commits()) {
    if (commit->state == CommitLife::State::queued) {
      if (commits >= mostCommits_ || bytes >= mostCommitBytes_) return;
      advance(*commit, CommitLife::Event::connected);
    }
    if (commit->state != CommitLife::State::sent) continue;
    ++commits;
    bytes += static_cast<double>(commit->message.size());
  }
}

/// A confirmed commit leaves the view once the log has been applied up to it: then the base says the same.
void Client::Impl::settleApplied(double now) {
  for (PendingCommit* commit : store_.pending().commits())
    if (commit->seq <= cursor_) advance(*commit, CommitLife::Event::applied);
  dropSettled(now);
}

void Client::Impl::dropSettled(double now) {
  List<std::string> done;
  for (const PendingCommit* commit : store_.pending().commits())
    if (commit->state == CommitLife::State::settled) done.push_back(commit->key);
  if (done.empty()) return;
  for (const std::string& key : done) store_.drop(key);
  statusChanged();
  leaveClaims(now);
}

}  // namespace ablo
