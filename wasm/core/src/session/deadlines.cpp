// SPDX-License-Identifier: MIT
//
// Deadlines: how long anybody waits, and when to look again.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/limits.h"
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr double kConnectionPatience = 10'000;  // how long a request may wait for a connection
constexpr double kAnswerPatience = 30'000;      // how long a server may take to answer

}  // namespace

void Client::Impl::tick(double now) {
  wake_ = -1;  // the timer that called is spent: if it was early, another is needed
  const Session::State before = session_.state();
  const Session::Effect effect = session_.tick(now, chance());
  if (session_.state() != before) statusChanged();
  perform(effect, now);
  if (session_.state() == Session::State::live) renewClaims(now);
  giveUpWaiting(now);
  revise(now);
}

/// Until when an answer is waited for. A server that refused this client is not waited for at all. There is no end to a
/// place in line but the one that was asked for, nor to a load of everything but the session's.
double Client::Impl::giveUpAt(const Request& request) const {
  if (session_.state() == Session::State::refused) return request.since;
  if (!session_.online()) return std::min(request.lateAt, std::max(request.since, offlineSince_) + kConnectionPatience);
  const bool answered = request.kind == Request::Kind::query || request.kind == Request::Kind::line;
  return answered ? request.since + kAnswerPatience : request.lateAt;
}

double Client::Impl::giveUpAt(const PendingCommit& commit) const {
  if (commit.overdue) return std::numeric_limits<double>::infinity();
  return session_.state() == Session::State::refused ? commit.issuedAt : commit.issuedAt + kAnswerPatience;
}

/// Nobody waits for ever. What was asked was never sent, or is only read, or ends by itself, and is refused; a commit stays
/// pending, and its outcome is called what it is: unknown.
void Client::Impl::giveUpWaiting(double now) {
  List<std::string> waiting;
  for (const auto& [id, own] : own_)
    if (own.waits() && now >= own.lateAt) waiting.push_back(id);
  for (const std::string& id : waiting) advance(id, OwnClaim::Event::late, now, Error::of(ErrorCode::grant_timeout));
  if (!waiting.empty()) leaveClaims(now);

  List<uint32_t> asked, held;
  for (const auto& [number, request] : requests_.open())
    if (now >= giveUpAt(request)) (isTold() && now >= request.lateAt ? held : asked).push_back(number);
  const Error unanswered = problem_.value_or(Error::of(ErrorCode::api_unreachable, "No answer came in time."));
  for (const uint32_t number : asked) refuse(number, unanswered, now);
  for (const uint32_t number : held) refuse(number, Error::of(ErrorCode::model_claimed_timeout), now);

  for (PendingCommit* commit : store_.pending().commits())
    if (now >= giveUpAt(*commit))
      advance(*commit, CommitLife::Event::late,
              Error::of(ErrorCode::commit_no_result, problem_ ? problem_->message : std::string()));
}

void Client::Impl::renewClaims(double now) {
  Json due = Json::array();
  const auto say = [&] {
    if (!due.items().empty()) send(ObjectText().member("type", "renew").member("claims", due).take());
    due = Json::array();
  };
  for (auto& [id, own] : own_) {
    if (!own.renews() || now < own.renewAt) continue;
    due.push(id);
    own.renewAt = now + own.ttl / 3;
    if (due.items().size() == kMostClaimsNamed) say();
  }
  say();
}

double Client::Impl::nextWake() const {
  if (session_.state() == Session::State::idle || session_.state() == Session::State::stopped) return -1;
  double at = session_.wakeAt() < 0 ? std::numeric_limits<double>::infinity() : session_.wakeAt();
  for (const auto& [id, own] : own_) {
    if (own.waits()) at = std::min(at, own.lateAt);
    if (own.renews() && session_.state() == Session::State::live) at = std::min(at, own.renewAt);
  }
  for (const auto& [number, request] : requests_.open()) at = std::min(at, giveUpAt(request));
  for (const Revision& revision : revisions_)
    at = std::min(at, isDue(revision, revision.at) ? revision.at : revision.until);
  for (const PendingCommit* commit : store_.pending().commits()) {
    at = std::min(at, giveUpAt(*commit));
    if (!commit->overdue) break;  // those behind it were called later
  }
  return std::isfinite(at) ? at : -1;
}

}  // namespace ablo
