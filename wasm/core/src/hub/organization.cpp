// SPDX-License-Identifier: MIT
#include "hub/organization.h"

#include <algorithm>

namespace ablo::hub {

namespace {

using Purpose = Call::Purpose;

/// Counted among the requests of its socket.
bool isRequest(Purpose purpose) {
  return purpose == Purpose::read || purpose == Purpose::claim || purpose == Purpose::release ||
         purpose == Purpose::renew;
}

std::string_view functionText(Purpose purpose) {
  switch (purpose) {
    case Purpose::claim: return "claim";
    case Purpose::release: return "release";
    default: return "renew";
  }
}

std::size_t heldBytes(const Subscriber& subscriber) {
  std::size_t bytes = 0;
  for (const HeldAnswer& answer : subscriber.held) bytes += answer.text.size();
  return bytes;
}

/// What ablo.commit answered: a part for each commit of the flight, in their order.
struct Verdicts {
  std::vector<RawObject> outcomes;
  double head = -1;
  std::string_view page;  // of the log up to there; empty where there is none
};

std::optional<Verdicts> readVerdicts(std::string_view bytes, std::size_t commits) {
  const std::optional<RawObject> answer = RawObject::read(bytes);
  if (!answer) return std::nullopt;
  const std::optional<std::vector<std::string_view>> receipts = rawItems(answer->find("receipts"));
  if (!receipts || receipts->size() != commits) return std::nullopt;
  Verdicts verdicts{{}, answer->number("head", -1), answer->find("page")};
  for (const std::string_view receipt : *receipts) {
    std::optional<RawObject> outcome = RawObject::read(receipt);
    if (!outcome) return std::nullopt;
    verdicts.outcomes.push_back(std::move(*outcome));
  }
  return verdicts;
}

}  // namespace

/// A commit that is refused here might have been sent before and still take effect: nobody is told no, but to come back.
void Organization::commit(Subscriber& from, Commit commit) {
  if (from.commits >= limits_.commits || from.commitBytes >= limits_.commitBytes)
    return audience.refuse(from.socket, Error::of(ErrorCode::too_much_unanswered), CloseCode::tooMuch);
  if (from.commits == 0)
    for (const Socket older : queue_.takeBack(commit.lane, from.socket))
      audience.close(older, CloseCode::goingAway, "A newer socket of its session took over.");
  ++from.commits;
  from.commitBytes += commit.bytes;
  ++counters_.commits;
  queue_.add(std::move(commit));
  depart();
}

void Organization::reject(Socket socket, const CommitName& commit, const Error& error) {
  ++counters_.rejections;
  if (audience.find(socket)) outbox_.send(socket, rejectionText(commit, error));
}

void Organization::grew(double head, double now) {
  audience.hear(head, now);
  if (head == told_ || head < 0) return;
  told_ = head;
  outbox_.hint(name_, head);
}

void Organization::depart() {
  for (const CommitQueue::FlightNumber number : queue_.depart()) launch(number);
}

void Organization::launch(CommitQueue::FlightNumber number) {
  ++counters_.batches;
  outbox_.call({Purpose::batch, name_, 0, audience.log(), static_cast<double>(number)}, "commit",
               queue_.text(number, audience.published()));
}

/// What was decided in a log that was replaced since may not be so in this one: it is asked again.
void Organization::decided(const Call& call, bool ok, std::string_view bytes, double now) {
  const auto number = static_cast<CommitQueue::FlightNumber>(call.request);
  if (!audience.follows(call.turn)) ok = false;
  std::optional<Verdicts> verdicts = ok ? readVerdicts(bytes, queue_.size(number)) : std::nullopt;
  if (!verdicts) {
    for (const Socket socket : queue_.fail(number, now))
      audience.close(socket, CloseCode::serverFault, codeText(ErrorCode::commit_no_result));
    return depart();
  }
  CommitQueue::Flight flight = queue_.land(number);
  for (std::size_t i = 0; i < flight.commits.size(); ++i) settle(std::move(flight.commits[i]), verdicts->outcomes[i]);
  if (!verdicts->page.empty()) audience.offered(verdicts->page, now);
  grew(verdicts->head, now);
  depart();
}

void Organization::settle(Commit commit, const RawObject& outcome) {
  const std::string status = outcome.text("status");
  if (status == "blocked") return queue_.block(std::move(commit));
  if (Subscriber* from = audience.find(commit.socket)) {
    --from->commits;
    from->commitBytes -= commit.bytes;
  }
  if (status == "revoked")
    return audience.refuse(commit.socket, Error::of(ErrorCode::apikey_revoked), CloseCode::credential);
  if (status == "rejected") ++counters_.rejections;
  if (audience.find(commit.socket)) outbox_.send(commit.socket, receiptText(commit.name, outcome));
}

bool Organization::admits(Subscriber& subscriber, Purpose purpose, double request) {
  if (subscriber.requests + subscriber.held.size() < limits_.requests) {
    ++subscriber.requests;
    return true;
  }
  const Error error = Error::of(ErrorCode::too_much_unanswered);
  if (purpose == Purpose::renew)
    audience.refuse(subscriber.socket, error, CloseCode::tooMuch);
  else
    outbox_.send(subscriber.socket, refusalText(request, error));
  return false;
}

void Organization::query(Subscriber& subscriber, double request, const Statement& statement) {
  if (!admits(subscriber, Purpose::read, request)) return;
  const std::string input = ObjectText().member("statement", statement.text).raw("params", statement.params).take();
  outbox_.call({Purpose::read, name_, subscriber.socket, audience.log(), request}, "read", input);
}

void Organization::wasRead(const Call& call, Subscriber& subscriber, bool ok, std::string_view bytes, double now) {
  const std::optional<RawObject> answer = ok ? RawObject::read(bytes) : std::nullopt;
  if (!answer || answer->find("rows").empty()) return outbox_.send(call.socket, failureText(call.request, bytes));
  if (call.turn != audience.log())
    return outbox_.send(call.socket, refusalText(call.request, Error::of(ErrorCode::log_epoch_changed)));
  const double seq = answer->number("seq", 0);
  if (heldBytes(subscriber) >= limits_.heldBytes)
    return outbox_.send(call.socket, refusalText(call.request, Error::of(ErrorCode::too_much_unanswered)));
  audience.hold(subscriber, {seq, call.request, answerText(call.request, "rows", *answer)});
  audience.hear(seq, now);
}

void Organization::coordinate(Subscriber& subscriber, Purpose purpose, double request, const std::string& input) {
  if (!admits(subscriber, purpose, request)) return;
  outbox_.call({purpose, name_, subscriber.socket, 0, request}, functionText(purpose), input);
}

void Organization::coordinated(const Call& call, bool ok, std::string_view bytes, double now) {
  const std::optional<RawObject> answer = ok ? RawObject::read(bytes) : std::nullopt;
  if (call.purpose != Purpose::renew && audience.find(call.socket))
    outbox_.send(call.socket, answer ? answerText(call.request, "claim", *answer) : failureText(call.request, bytes));
  if (answer) grew(answer->number("head", -1), now);
}

void Organization::answer(const Call& call, bool ok, std::string_view bytes, double now) {
  Subscriber* subscriber = audience.find(call.socket);
  const bool awaited = subscriber && subscriber->turn == call.turn;
  if (subscriber && isRequest(call.purpose)) --subscriber->requests;
  switch (call.purpose) {
    case Purpose::workspace: audience.workspaceRead(ok, bytes, now); break;
    case Purpose::load:
      if (awaited) audience.loaded(*subscriber, ok, bytes, now);
      break;
    case Purpose::catchUp:
      if (awaited) audience.caughtUp(*subscriber, ok, bytes, now);
      break;
    case Purpose::publish: audience.published(call.turn, ok, bytes, now); break;
    case Purpose::batch: decided(call, ok, bytes, now); break;
    case Purpose::read:
      if (subscriber) wasRead(call, *subscriber, ok, bytes, now);
      break;
    case Purpose::claim:
    case Purpose::release:
    case Purpose::renew: coordinated(call, ok, bytes, now); break;
  }
}

void Organization::tick(double now) {
  for (const CommitQueue::FlightNumber number : queue_.resend(now)) launch(number);
  audience.tick(now);
}

double Organization::due() const { return std::min(queue_.due(), audience.due()); }

bool Organization::isOver() const { return audience.subscribers().empty() && queue_.empty() && !outbox_.awaits(name_); }

}  // namespace ablo::hub
