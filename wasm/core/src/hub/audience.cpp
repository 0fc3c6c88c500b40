// SPDX-License-Identifier: MIT
#include "hub/audience.h"

#include <utility>

namespace ablo::hub {

namespace {

using Action = SubscriberAction;
using Event = SubscriberEvent;

constexpr double kPageSize = 1000;  // entries, and then to the end of a commit

std::string changesInput(double after) { return ObjectText().member("after", after).member("limit", kPageSize).take(); }

bool accepts(Action action) { return action == Action::accept || action == Action::acceptAndCatchUp; }

}  // namespace

Subscriber* Audience::find(Socket socket) {
  const auto found = subscribers_.find(socket);
  return found == subscribers_.end() ? nullptr : &found->second;
}

void Audience::leave(Socket socket) {
  if (Subscriber* subscriber = find(socket)) take(*subscriber, Event::left);
  subscribers_.erase(socket);
  if (subscribers_.empty()) stream_.forget();
}

void Audience::close(Socket socket, CloseCode code, std::string_view reason) {
  if (!find(socket)) return;
  outbox_.close(socket, code, reason);
  leave(socket);
}

void Audience::refuse(Socket socket, const Error& error, CloseCode code) {
  if (!find(socket)) return;
  counters_.refuse(error.code);
  outbox_.send(socket, errorText(error));
  close(socket, code, codeText(error.code));
}

SubscriberAction Audience::take(Subscriber& subscriber, SubscriberEvent event) {
  const SubscriberStep step = subscriberStep(subscriber.state, event);
  subscriber.state = step.next;
  switch (step.action) {
    case Action::load: ask(subscriber, Call::Purpose::load); break;
    case Action::catchUp:
    case Action::acceptAndCatchUp: ask(subscriber, Call::Purpose::catchUp); break;
    case Action::end:
      close(subscriber.socket, CloseCode::serverFault, codeText(ErrorCode::database_unreachable));
      break;
    default: break;
  }
  return step.action;
}

void Audience::ask(Subscriber& subscriber, Call::Purpose purpose) {
  const Call call{purpose, organization_, subscriber.socket, ++subscriber.turn, 0};
  if (purpose == Call::Purpose::catchUp) return outbox_.call(call, "changes", changesInput(subscriber.cursor));
  subscriber.cursor = -1;
  if (!subscriber.full) return outbox_.call(call, "load", ObjectText().member("full", false).take());
  subscriber.round = workspace_.nextRound();
  readWorkspace();
}

void Audience::greet(Subscriber& subscriber, const Hello& hello) {
  subscriber.session = hello.session;
  subscriber.schema = hello.schema;
  subscriber.epoch = hello.epoch;
  subscriber.reason.reset();
  subscriber.full = hello.full;
  subscriber.welcomed = false;
  subscriber.cursor = hello.cursor.value_or(-1);
  take(subscriber, hello.cursor ? Event::resume : Event::hello);
}

void Audience::loaded(Subscriber& subscriber, bool ok, std::string_view bytes, double now) {
  const std::optional<Load> load = ok ? std::optional<Load>(bytes) : std::nullopt;
  if (!load || !load->valid()) {
    take(subscriber, Event::failed);
    return;
  }
  follow(load->epoch(), load->seq(), {subscriber.socket});
  if (!begin(subscriber, *load, now)) return;
  outbox_.send(subscriber.socket, load->message(std::exchange(subscriber.reason, std::nullopt)));
  releaseHeld(subscriber);
  hear(load->seq(), now);
}

std::vector<Socket> Audience::waiting(std::optional<uint32_t> round) const {
  std::vector<Socket> sockets;
  for (const auto& [socket, subscriber] : subscribers_)
    if (subscriber.state == SubscriberState::loading && subscriber.full &&
        subscriber.round == round.value_or(subscriber.round))
      sockets.push_back(socket);
  return sockets;
}

/// One reading at a time.
void Audience::readWorkspace() {
  if (!workspace_.idle()) return;
  const std::string input = workspace_.ask();
  outbox_.call({Call::Purpose::workspace, organization_, 0, workspace_.round(), 0}, "load", input);
}

void Audience::workspaceRead(bool ok, std::string_view bytes, double now) {
  if (workspace_.take(ok && schema_, bytes)) return makeWorkspace(now);
  for (const Socket socket : waiting(workspace_.round())) take(subscribers_.at(socket), Event::failed);
  if (!waiting().empty()) readWorkspace();
}

/// Until it is ready it is as if it had not been read.
void Audience::makeWorkspace(double now) {
  nextSlice_ = now + 1;
  if (!workspace_.work(*schema_)) return;
  giveWorkspace(now);
  workspace_.done(now);
  if (!waiting().empty()) readWorkspace();
}

void Audience::giveWorkspace(double now) {
  const Load& load = workspace_.load();
  const std::vector<Socket> those = waiting(workspace_.round());
  if (those.empty()) return;
  follow(load.epoch(), load.seq(), those);
  std::vector<Socket> sockets;
  for (const Socket socket : those)
    if (begin(subscribers_.at(socket), load, now)) sockets.push_back(socket);
  for (const std::string& block : load.blocks()) outbox_.send(sockets, block, Hub::Payload::binary);
  for (const Socket socket : sockets) {
    Subscriber& subscriber = subscribers_.at(socket);
    outbox_.send(socket, load.message(std::exchange(subscriber.reason, std::nullopt)));
    releaseHeld(subscriber);
  }
  hear(load.seq(), now);
}

/// False: it is not to have it.
bool Audience::begin(Subscriber& subscriber, const Load& load, double now) {
  subscriber.epoch = load.epoch();
  subscriber.cursor = load.seq();
  if (!accepts(take(subscriber, load.seq() >= stream_.published() ? Event::level : Event::behind))) return false;
  ++counters_.loads;
  welcome(subscriber, Start::load, load.epoch(), load.seq(), now);
  return true;
}

void Audience::caughtUp(Subscriber& subscriber, bool ok, std::string_view bytes, double now) {
  const std::optional<Page> page = ok ? Page::read(bytes) : std::nullopt;
  if (!page) {
    take(subscriber, Event::failed);
    return;
  }
  follow(page->epoch, page->head, {subscriber.socket});
  const bool another = page->epoch != subscriber.epoch || page->head < subscriber.cursor;
  if (another || page->trimmed || page->resync > subscriber.cursor) {
    if (another)
      subscriber.reason = ErrorCode::log_epoch_changed;
    else if (page->trimmed)
      subscriber.reason = ErrorCode::cursor_too_old;
    take(subscriber, Event::misfit);
    return;
  }
  const double from = subscriber.cursor;
  const bool level = page->to >= stream_.published();
  if (page->to < from || (page->to == from && !level)) {  // a log that has more and does not give it
    take(subscriber, Event::failed);
    return;
  }
  subscriber.cursor = page->to;
  if (!accepts(take(subscriber, level ? Event::level : Event::behind))) return;
  welcome(subscriber, Start::resume, page->epoch, page->head, now);
  outbox_.send(subscriber.socket, page->text(from, subscriber.identity.groups));
  releaseHeld(subscriber);
  hear(page->head, now);
}

void Audience::published(uint32_t turn, bool ok, std::string_view bytes, double now) {
  if (turn != stream_.turn()) return;
  const std::optional<Page> page = ok ? Page::read(bytes) : std::nullopt;
  if (!page) return stream_.failed(now);
  if (page->epoch != stream_.epoch() || page->head < stream_.published())
    return startOver(ErrorCode::log_epoch_changed, page->epoch, page->head);
  if (page->trimmed) return startOver(ErrorCode::cursor_too_old, page->epoch, page->head);
  stream_.advanced(*page, now);
  deliver(*page, now);
}

void Audience::offered(std::string_view bytes, double now) {
  const std::optional<Page> page = Page::read(bytes);
  if (!page || !stream_.extends(*page)) return;
  stream_.extend(*page);
  deliver(*page, now);
}

void Audience::deliver(const Page& page, double now) {
  for (const double at : page.times()) counters_.publishTimes.observe(now - at);
  for (auto& [socket, subscriber] : subscribers_)
    if (subscriber.state == SubscriberState::live && subscriber.cursor < page.resync) take(subscriber, Event::reset);
  for (const Delivery& delivery : fanOut(page, subscribers_)) outbox_.send(delivery.sockets, delivery.bytes);
  for (auto& [socket, subscriber] : subscribers_) releaseHeld(subscriber);
  readOn(now);
}

void Audience::hear(double head, double now) {
  stream_.hear(head);
  readOn(now);
}

void Audience::compare(double head, double now) {
  stream_.compare(head, now);
  readOn(now);
}

double Audience::due() const {
  const double workspace = workspace_.making() ? nextSlice_ : workspace_.due();
  return std::min(stream_.due(), workspace);
}

void Audience::tick(double now) {
  workspace_.tick(now);
  if (workspace_.making()) makeWorkspace(now);
  readOn(now);
}

void Audience::readOn(double now) {
  if (const std::optional<double> after = stream_.ask(now))
    outbox_.call({Call::Purpose::publish, organization_, 0, stream_.turn(), 0}, "changes", changesInput(*after));
}

void Audience::hold(Subscriber& subscriber, HeldAnswer answer) {
  subscriber.held.push_back(std::move(answer));
  releaseHeld(subscriber);
}

void Audience::releaseHeld(Subscriber& subscriber) {
  std::vector<HeldAnswer> still;
  for (HeldAnswer& answer : subscriber.held) {
    if (answer.seq <= subscriber.cursor)
      outbox_.send(subscriber.socket, answer.text);
    else
      still.push_back(std::move(answer));
  }
  subscriber.held = std::move(still);
}

/// A welcome answers a hello. Whoever is sent loading by us had one already.
void Audience::welcome(Subscriber& subscriber, Start start, const std::string& epoch, double head, double now) {
  if (!subscriber.welcomed) outbox_.send(subscriber.socket, welcomeText(subscriber, start, epoch, head, limits_, now));
  subscriber.welcomed = true;
}

/// What some were answered says which log this is, for all.
void Audience::follow(const std::string& epoch, double seq, const std::vector<Socket>& readers) {
  if (!stream_.known()) return stream_.begin(epoch, seq);
  if (stream_.epoch() != epoch) startOver(ErrorCode::log_epoch_changed, epoch, seq, readers);
}

/// Nobody can go on from where they are: the log is another one, or what would have come next is no longer kept.
void Audience::startOver(ErrorCode reason, const std::string& epoch, double seq, const std::vector<Socket>& but) {
  outbox_.log("info", "everybody loads again: " + std::string(codeText(reason)), organization_);
  stream_.begin(epoch, seq);
  for (auto& [socket, subscriber] : subscribers_) {
    for (const HeldAnswer& answer : subscriber.held)
      outbox_.send(socket, refusalText(answer.request, Error::of(reason)));
    subscriber.held.clear();
    if (std::find(but.begin(), but.end(), socket) != but.end()) continue;
    if (subscriber.cursor >= 0) subscriber.reason = reason;
    take(subscriber, Event::reset);
  }
}

}  // namespace ablo::hub
