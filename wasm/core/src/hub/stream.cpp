// SPDX-License-Identifier: MIT
#include "hub/stream.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ablo::hub {

namespace {

constexpr double kPause = 250;     // ms, after the database did not answer
constexpr double kTrust = 10'000;  // ms

}  // namespace

void Stream::begin(const std::string& epoch, double seq) {
  const bool same = !known() && (epoch_.empty() || (epoch == epoch_ && seq >= forgotten_));
  const uint32_t log = same ? log_ : log_ + 1, turn = turn_ + 1;
  *this = Stream();
  log_ = log;
  turn_ = turn;
  epoch_ = epoch;
  published_ = head_ = seq;
}

void Stream::forget() {
  const Stream was = *this;
  *this = Stream();
  epoch_ = was.epoch_;
  forgotten_ = was.known() ? was.published_ : was.forgotten_;
  log_ = was.log_;
  turn_ = was.turn_ + 1;
}

void Stream::hear(double head) {
  if (known()) head_ = std::max(head_, head);
  if (asking_) meanwhile_ = std::max(meanwhile_, head);
}

void Stream::compare(double head, double now) {
  if (!known()) return;
  if (askedAt_ < 0) askedAt_ = now;
  if (head < published_ || now - askedAt_ >= kTrust) doubted_ = true;
  hear(head);
}

std::optional<double> Stream::ask(double now) {
  if (!known() || asking_ || now < notBefore_) return std::nullopt;
  if (head_ <= published_ && !doubted_) return std::nullopt;
  asking_ = true;
  doubted_ = false;
  askedAt_ = now;
  meanwhile_ = -1;
  return published_;
}

void Stream::advanced(const Page& page, double now) {
  asking_ = false;
  if (page.to == published_ && page.head > page.to) notBefore_ = now + kPause;
  published_ = page.to;
  head_ = std::max(page.head, meanwhile_);
}

bool Stream::extends(const Page& page) const {
  return known() && !asking_ && page.epoch == epoch_ && !page.trimmed && page.from <= published_ &&
         page.to > published_;
}

void Stream::extend(const Page& page) {
  published_ = page.to;
  hear(page.to);
}

void Stream::failed(double now) {
  asking_ = false;
  notBefore_ = now + kPause;
}

double Stream::due() const {
  const bool waits = known() && !asking_ && head_ > published_;
  return waits ? notBefore_ : std::numeric_limits<double>::infinity();
}

std::vector<Delivery> fanOut(const Page& page, std::map<Socket, Subscriber>& subscribers) {
  std::map<std::pair<double, Groups>, std::vector<Socket>> audiences;
  for (auto& [socket, subscriber] : subscribers) {
    if (subscriber.cursor >= page.to) continue;
    if (subscriberStep(subscriber.state, SubscriberEvent::published).action != SubscriberAction::accept) continue;
    audiences[{subscriber.cursor, subscriber.identity.groups}].push_back(socket);
    subscriber.cursor = page.to;
  }
  std::vector<Delivery> deliveries;
  for (auto& [audience, sockets] : audiences)
    deliveries.push_back({page.text(audience.first, audience.second), std::move(sockets)});
  return deliveries;
}

}  // namespace ablo::hub
