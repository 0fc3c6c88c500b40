// SPDX-License-Identifier: MIT
#include "hub/commit_queue.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include "codec/raw_json.h"

namespace ablo::hub {

namespace {

using Way = Commit::Way;

constexpr std::size_t kLargestBatch = 100;
constexpr int kPatientTries = 3;
constexpr int kMostResends = 3;
constexpr double kGather = 50;       // ms: who is slowed down leaves with others, not one by one
constexpr double kFirstPause = 100;  // ms, then four times as long each
constexpr double kInTheAir = std::numeric_limits<double>::infinity();

bool isTogether(const Commit& commit) { return commit.way == Way::together; }

/// Rows and lanes that those who went before still need.
class Reserved {
 public:
  bool frees(const Commit& commit) const {
    if (lanes_.count(commit.lane)) return false;
    return std::none_of(commit.rows.begin(), commit.rows.end(),
                        [&](const std::string& row) { return rows_.count(row) > 0; });
  }
  void rows(const Commit& commit) { rows_.insert(commit.rows.begin(), commit.rows.end()); }
  void all(const Commit& commit) {
    rows(commit);
    lanes_.insert(commit.lane);
  }

 private:
  std::set<std::string> rows_;
  std::set<std::string> lanes_;
};

}  // namespace

bool CommitQueue::add(Commit commit) {
  const bool waits = allSlowed_ || slowed_.count(commit.actor) > 0;
  commit.place = ++lastPlace_;
  waitingBytes_ += commit.bytes;
  waiting_.push_back(std::move(commit));
  return !waits;
}

void CommitQueue::leaves(const Commit& commit) {
  waitingBytes_ -= commit.bytes;
  if (!isTogether(commit)) --apart_;
}

/// Whether a commit has to wait; then its actor is not asked about again until a few of them may leave together.
bool CommitQueue::slows(Wait wait, const std::string& actor, double now) {
  if (wait.time <= 0) return false;
  pausedUntil_ = std::min(pausedUntil_, now + std::max(wait.time, kGather));
  slowed_.insert(actor);
  allSlowed_ |= wait.everybody;
  return true;
}

std::vector<CommitQueue::FlightNumber> CommitQueue::depart(const Pace& pace, double now) {
  std::vector<FlightNumber> departed;
  Reserved reserved;
  bool batchInFlight = false;
  for (const auto& [number, flight] : flights_) batchInFlight |= flight.way == Way::together;
  if (now >= pausedUntil_) {
    pausedUntil_ = kInTheAir;
    slowed_.clear();
    allSlowed_ = false;
  }
  if (batchInFlight && apart_ == 0) return departed;
  for (const auto& [number, flight] : flights_)
    for (const Commit& commit : flight.commits) reserved.all(commit);

  std::vector<Commit> batch;
  std::deque<Commit> staying;
  while (!waiting_.empty() && ((batch.size() < kLargestBatch && !allSlowed_) || apart_ > 0)) {
    Commit commit = std::move(waiting_.front());
    waiting_.pop_front();
    bool free = batch.size() < kLargestBatch && reserved.frees(commit) && !(isTogether(commit) && batchInFlight);
    if (free && isTogether(commit)) {
      free = !allSlowed_ && slowed_.count(commit.actor) == 0 && !slows(pace(commit), commit.actor, now);
    }
    if (free) leaves(commit);
    if (free && isTogether(commit)) {
      reserved.rows(commit);
      batch.push_back(std::move(commit));
      continue;
    }
    reserved.all(commit);
    if (free)
      departed.push_back(launch({std::move(commit)}, commit.way));
    else
      staying.push_back(std::move(commit));
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(staying.begin()), std::make_move_iterator(staying.end()));
  if (!batch.empty()) departed.push_back(launch(std::move(batch), Way::together));
  return departed;
}

CommitQueue::FlightNumber CommitQueue::launch(std::vector<Commit> commits, Way way) {
  flights_[++lastFlight_] = Flight{std::move(commits), way, 0, kInTheAir};
  return lastFlight_;
}

std::string CommitQueue::text(FlightNumber number, double published) const {
  const Flight& flight = flights_.at(number);
  std::vector<std::string_view> commits;
  for (const Commit& commit : flight.commits) commits.push_back(commit.text);
  ObjectText text;
  text.raw("commits", arrayText(commits));
  if (published >= 0) text.member("after", published);
  if (flight.way == Way::patiently) text.member("patient", true);
  if (flight.commits[0].patience + 1 >= kPatientTries) text.member("final", true);
  return text.take();
}

CommitQueue::Flight CommitQueue::land(FlightNumber number) { return std::move(flights_.extract(number).mapped()); }

void CommitQueue::block(Commit commit) {
  if (commit.way == Way::patiently) ++commit.patience;
  commit.way = Way::patiently;
  putBack(std::move(commit));
}

std::vector<Socket> CommitQueue::fail(FlightNumber number, double now) {
  Flight& flight = flights_.at(number);
  if (++flight.failures <= kMostResends) {
    flight.resendAt = now + kFirstPause * std::pow(4, flight.failures - 1);
    return {};
  }
  Flight lost = land(number);
  if (lost.commits.size() == 1) {
    const Commit& gone = lost.commits[0];
    std::vector<Socket> sockets = remove([&](const Commit& commit) { return commit.lane == gone.lane; });
    sockets.push_back(gone.socket);
    return sockets;
  }
  for (Commit& commit : lost.commits) {  // one of them may be why: the others shall not suffer for it
    commit.way = Way::alone;
    putBack(std::move(commit));
  }
  return {};
}

std::vector<CommitQueue::FlightNumber> CommitQueue::resend(double now) {
  std::vector<FlightNumber> again;
  for (auto& [number, flight] : flights_) {
    if (flight.resendAt > now) continue;
    flight.resendAt = kInTheAir;
    again.push_back(number);
  }
  return again;
}

double CommitQueue::due() const {
  double due = pausedUntil_;
  for (const auto& [number, flight] : flights_) due = std::min(due, flight.resendAt);
  return due;
}

void CommitQueue::putBack(Commit commit) {
  waitingBytes_ += commit.bytes;
  if (!isTogether(commit)) ++apart_;
  const auto behind = [](uint64_t place, const Commit& other) { return place < other.place; };
  waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), commit.place, behind), std::move(commit));
}

template <class Which>
std::vector<Socket> CommitQueue::remove(Which which) {
  if (std::none_of(waiting_.begin(), waiting_.end(), which)) return {};
  std::set<Socket> sockets;
  std::deque<Commit> staying;
  for (Commit& commit : waiting_) {
    if (which(commit)) {
      sockets.insert(commit.socket);
      leaves(commit);
    } else {
      staying.push_back(std::move(commit));
    }
  }
  waiting_ = std::move(staying);
  return {sockets.begin(), sockets.end()};
}

std::vector<Socket> CommitQueue::takeBack(std::string_view lane, Socket newest) {
  return remove([&](const Commit& commit) { return commit.socket < newest && commit.lane == lane; });
}

}  // namespace ablo::hub
