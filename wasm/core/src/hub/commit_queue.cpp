// SPDX-License-Identifier: MIT
#include "hub/commit_queue.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "codec/raw_json.h"

namespace ablo::hub {

namespace {

using Way = Commit::Way;

constexpr std::size_t kLargestBatch = 100;
constexpr std::size_t kPatientFlights = 2;  // each keeps a connection
constexpr int kPatientTries = 3;
constexpr double kPatience = 6'000;  // ms: as long as these take
constexpr double kInLine = 1'000;    // ms: for a connection
constexpr int kMostResends = 3;
constexpr double kGather = 50;       // ms: who is slowed down leaves with others, not one by one
constexpr double kFirstPause = 100;  // ms, then four times as long each
constexpr double kNever = std::numeric_limits<double>::infinity();

bool isTogether(const Commit& commit) { return commit.way == Way::together; }

/// Whether one of the batch may change what a query finds that the commit goes by.
bool goesByOneOf(const std::vector<Commit>& batch, const Commit& commit) {
  const auto isOfThem = [&](const std::string& row) { return commit.models.count(row.substr(0, row.find('\n'))) > 0; };
  return !commit.models.empty() && std::any_of(batch.begin(), batch.end(), [&](const Commit& before) {
    return std::any_of(before.rows.begin(), before.rows.end(), isOfThem);
  });
}

}  // namespace

bool CommitQueue::add(Commit commit) {
  const bool waits = allSlowed_ || slowed_.count(commit.actor) > 0 || isBatchInFlight();
  commit.place = ++lastPlace_;
  put(std::move(commit));
  return !waits;
}

/// Among those of its lane that wait, at its place.
void CommitQueue::put(Commit commit) {
  ++waiting_;
  waitingBytes_ += commit.bytes;
  if (!isTogether(commit)) ++apart_;
  if (commit.overdueAt > 0) overdue_.insert({commit.overdueAt, commit.place});
  reserve(commit);
  Lane& lane = lanes_[commit.lane];
  if (!lane.waiting.empty()) heads_.erase({lane.waiting.front().place, &lane});
  const auto behind = [](uint64_t place, const Commit& other) { return place < other.place; };
  lane.waiting.insert(std::upper_bound(lane.waiting.begin(), lane.waiting.end(), commit.place, behind),
                      std::move(commit));
  heads_.insert({lane.waiting.front().place, &lane});
}

/// The first of a lane, which leaves.
Commit CommitQueue::take(Head head) {
  Lane& lane = *head.second;
  Commit commit = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  heads_.erase(head);
  if (!lane.waiting.empty()) heads_.insert({lane.waiting.front().place, &lane});
  --waiting_;
  waitingBytes_ -= commit.bytes;
  if (!isTogether(commit)) --apart_;
  overdue_.erase({commit.overdueAt, commit.place});
  return commit;
}

void CommitQueue::reserve(const Commit& commit) {
  for (const std::string& row : commit.rows) rows_[row].insert(commit.place);
}

void CommitQueue::release(const Commit& commit) {
  for (const std::string& row : commit.rows) {
    const auto touched = rows_.find(row);
    if (touched == rows_.end()) continue;  // it names the row twice
    touched->second.erase(commit.place);
    if (touched->second.empty()) rows_.erase(touched);
  }
}

void CommitQueue::forget(const std::string& name) {
  const auto lane = lanes_.find(name);
  if (lane != lanes_.end() && lane->second.waiting.empty() && lane->second.inFlight == 0) lanes_.erase(lane);
}

/// Nobody before it of its lane is in flight, or about to be unless it comes along; and nobody before it touches its rows, but
/// those ahead of it who may have it refused.
bool CommitQueue::isFree(const Commit& commit, const Lane& lane, const Ahead& ahead) const {
  if (lane.inFlight > 0) return false;
  const auto isOfLane = [&](const auto& other) { return other.second == &lane; };
  if (!isTogether(commit) && std::any_of(ahead.begin(), ahead.end(), isOfLane)) return false;
  const auto isPassed = [&](uint64_t place) {
    const auto other = ahead.find(place);
    return commit.isGuarded && isTogether(commit) && other != ahead.end() && other->second != &lane;
  };
  return std::all_of(commit.rows.begin(), commit.rows.end(), [&](const std::string& row) {
    const std::set<uint64_t>& places = rows_.at(row);
    return std::all_of(places.begin(), places.find(commit.place), isPassed);
  });
}

bool CommitQueue::isBatchInFlight() const {
  return std::any_of(flights_.begin(), flights_.end(),
                     [](const auto& entry) { return entry.second.way == Way::together; });
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
  if (now >= pausedUntil_) {
    pausedUntil_ = kNever;
    slowed_.clear();
    allSlowed_ = false;
  }
  overdue_.erase(overdue_.begin(), overdue_.upper_bound({now, lastPlace_}));  // they leave as soon as they are free
  const bool batchInFlight = isBatchInFlight();
  std::size_t patient = 0;
  for (const auto& [number, flight] : flights_) patient += flight.isPatient();

  std::vector<Commit> batch;
  Ahead ahead;
  std::vector<FlightNumber> departed;
  std::vector<Head> patients;
  for (auto head = heads_.begin(); head != heads_.end();) {
    const bool takesMore = !batchInFlight && batch.size() < kLargestBatch && !allSlowed_;
    if (!takesMore && apart_ == 0) break;
    const Head at = *head++;
    Commit& commit = at.second->waiting.front();
    if (!isFree(commit, *at.second, ahead) || goesByOneOf(batch, commit)) continue;
    if (commit.way == Way::patiently) {
      patients.push_back(at);
    } else if (commit.way == Way::alone) {
      const bool isLast = commit.overdueAt > 0 && now >= commit.overdueAt;
      departed.push_back(launch({take(at)}, Way::alone, isLast, now));
    } else if (takesMore && slowed_.count(commit.actor) == 0 && !slows(pace(commit), commit.actor, now)) {
      ahead.insert(at);
      batch.push_back(take(at));
      head = heads_.upper_bound(at);  // whoever is behind it in its lane may come along
    }
  }

  std::stable_sort(patients.begin(), patients.end(), [](const Head& a, const Head& b) {
    return a.second->waiting.front().patience < b.second->waiting.front().patience;
  });
  for (const Head& at : patients) {
    const Commit& commit = at.second->waiting.front();
    const bool isLast = now >= commit.overdueAt;
    if (!isLast && patient == kPatientFlights) continue;
    patient += isLast ? 0 : 1;
    departed.push_back(launch({take(at)}, Way::patiently, isLast, now));
  }
  if (!batch.empty()) departed.push_back(launch(std::move(batch), Way::together, false, now));
  return departed;
}

CommitQueue::FlightNumber CommitQueue::launch(std::vector<Commit> commits, Way way, bool isLast, double now) {
  for (const Commit& commit : commits) ++lanes_.at(commit.lane).inFlight;
  Flight& flight = flights_[++lastFlight_] = Flight{std::move(commits), way, isLast, 0, kNever};
  if (flight.isPatient()) flight.withdrawAt = now + kInLine;
  return lastFlight_;
}

std::string CommitQueue::text(FlightNumber number, double published) const {
  const Flight& flight = flights_.at(number);
  std::vector<std::string_view> commits;
  for (const Commit& commit : flight.commits) commits.push_back(commit.text);
  ObjectText text;
  text.raw("commits", arrayText(commits));
  if (published >= 0) text.member("after", published);
  if (flight.isPatient()) text.member("patient", true);
  const bool isThird = flight.isPatient() && flight.commits[0].patience + 1 >= kPatientTries;
  if (flight.isLast || isThird) text.member("final", true);
  return text.take();
}

CommitQueue::Flight CommitQueue::land(FlightNumber number) {
  Flight flight = std::move(flights_.extract(number).mapped());
  for (const Commit& commit : flight.commits) {
    release(commit);
    --lanes_.at(commit.lane).inFlight;
    forget(commit.lane);
  }
  return flight;
}

void CommitQueue::block(Commit commit, double now) {
  if (commit.way == Way::patiently) ++commit.patience;
  commit.way = Way::patiently;
  if (commit.overdueAt == 0) commit.overdueAt = now + kPatience;
  put(std::move(commit));
}

std::vector<CommitQueue::FlightNumber> CommitQueue::impatient(double now) { return ring(&Flight::withdrawAt, now); }

void CommitQueue::withdraw(FlightNumber number) {
  Flight flight = land(number);
  flight.commits[0].way = Way::alone;
  put(std::move(flight.commits[0]));
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
    std::vector<Socket> sockets = remove(gone.lane, [](const Commit&) { return true; });
    sockets.push_back(gone.socket);
    return sockets;
  }
  for (Commit& commit : lost.commits) {  // one of them may be why: the others shall not suffer for it
    commit.way = Way::alone;
    put(std::move(commit));
  }
  return {};
}

std::vector<CommitQueue::FlightNumber> CommitQueue::resend(double now) { return ring(&Flight::resendAt, now); }

/// The flights for which it is time, once.
std::vector<CommitQueue::FlightNumber> CommitQueue::ring(double Flight::*alarm, double now) {
  std::vector<FlightNumber> those;
  for (auto& [number, flight] : flights_) {
    if (flight.*alarm > now) continue;
    flight.*alarm = kNever;
    those.push_back(number);
  }
  return those;
}

double CommitQueue::due() const {
  double due = overdue_.empty() ? pausedUntil_ : std::min(pausedUntil_, overdue_.begin()->first);
  for (const auto& [number, flight] : flights_) due = std::min({due, flight.resendAt, flight.withdrawAt});
  return due;
}

template <class Which>
std::vector<Socket> CommitQueue::remove(const std::string& name, Which which) {
  const auto found = lanes_.find(name);
  if (found == lanes_.end()) return {};
  Lane& lane = found->second;
  std::set<Socket> sockets;
  std::vector<Commit> staying;
  while (!lane.waiting.empty()) {
    Commit commit = take({lane.waiting.front().place, &lane});
    release(commit);
    if (which(commit))
      sockets.insert(commit.socket);
    else
      staying.push_back(std::move(commit));
  }
  for (Commit& commit : staying) put(std::move(commit));
  forget(name);
  return {sockets.begin(), sockets.end()};
}

std::vector<Socket> CommitQueue::takeBack(const std::string& lane, Socket newest) {
  return remove(lane, [&](const Commit& commit) { return commit.socket < newest; });
}

}  // namespace ablo::hub
