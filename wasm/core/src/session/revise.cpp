// SPDX-License-Identifier: MIT
//
// Revising: a write that is made from the row as it is, and anew when the row had changed before it landed. Each time it is
// another commit under the same key, with the next attempt, so that no copy of the one before can take effect.
//
//   refused as stale ──▶ waits until what it missed is here, what this client wrote before is decided, and for a while of
//                        chance ──▶ whoever writes is asked to make it anew     (or no try is left: exhausted)
#include <algorithm>

#include "base/hash.h"
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr double kPatience = 30'000;  // ms that a try may have to wait for
constexpr double kPause = 16;         // ms, at most, before the second try; then twice, three times, … up to
constexpr uint32_t kLongestPause = 64;

}  // namespace

/// Whether the refusal is none, for there will be another try.
bool Client::Impl::revises(const PendingCommit& commit, Error& error, double now) {
  if (commit.retries < 0 || error.code != ErrorCode::stale_context) return false;
  if (commit.retries == 0) {
    error.code = ErrorCode::contention_exhausted;
    error.message = sentence(error.code);
    return false;
  }
  Revision revision{commit.number, commit.attempt + 1, lastCommit_, commit.retries - 1, 0, now, now + kPatience};
  const Result<Json> details = parseJson(error.details);
  if (const Json* conflicts = details ? details->find("conflicts") : nullptr)
    for (const Json& conflict : conflicts->items()) revision.seq = std::max(revision.seq, conflict.number("seq"));
  const auto chance = hashBytes(commit.key, commit.attempt) % 1000;
  revision.at += kPause * std::min(commit.attempt, kLongestPause) * static_cast<double>(chance) / 1000;
  revisions_.push_back(revision);
  return true;
}

bool Client::Impl::isDue(const Revision& revision, double now) const {
  if (session_.state() != Session::State::live || now < revision.at || cursor_ < revision.seq) return false;
  const auto& commits = store_.pending().commits();
  return std::none_of(commits.begin(), commits.end(), [&](const PendingCommit* commit) {
    return commit->number <= revision.after && commit->state < CommitLife::State::confirmed;
  });
}

void Client::Impl::revise(double now) {
  for (std::size_t i = 0; i < revisions_.size();) {
    const Revision& revision = revisions_[i];
    const bool due = isDue(revision, now);
    if (!due && now < revision.until) {
      ++i;
      continue;
    }
    const Settled outcome = due ? Settled::outdated : Settled::rejected;
    std::string text = due ? ObjectText().member("attempt", revision.attempt).member("retries", revision.retries).take()
                           : writeJson(errorJson(Error::of(ErrorCode::contention_exhausted)));
    news_.push_back({Record::settled, revision.number, static_cast<uint32_t>(outcome), 0, std::move(text)});
    revisions_.erase(&revision);
    statusChanged();
  }
}

/// There will be no other try: nothing of it has taken effect.
void Client::Impl::endRevisions(const Error& error) {
  for (const Revision& revision : revisions_)
    news_.push_back(
        {Record::settled, revision.number, static_cast<uint32_t>(Settled::rejected), 0, writeJson(errorJson(error))});
  revisions_.clear();
}

}  // namespace ablo
