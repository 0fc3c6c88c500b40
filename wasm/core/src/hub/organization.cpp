// SPDX-License-Identifier: MIT
#include "hub/organization.h"

#include <algorithm>
#include <utility>

namespace ablo::hub {

namespace {

using Purpose = Call::Purpose;

/// Counted among the requests of its socket.
bool isRequest(Purpose purpose) {
  return purpose == Purpose::read || purpose == Purpose::claim || purpose == Purpose::release ||
         purpose == Purpose::reorder || purpose == Purpose::renew || purpose == Purpose::heartbeat;
}

std::string_view functionText(Purpose purpose) {
  switch (purpose) {
    case Purpose::claim: return "claim";
    case Purpose::release: return "release";
    case Purpose::reorder: return "reorder";
    case Purpose::heartbeat: return "heartbeat";
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
void Organization::commit(Subscriber& from, Commit commit, double now) {
  const bool full = (limits_.queuedCommits > 0 && queue_.waiting() >= limits_.queuedCommits) ||
                    (limits_.queuedBytes > 0 && queue_.waitingBytes() >= limits_.queuedBytes);
  if (full || from.commits >= limits_.commits || from.commitBytes >= limits_.commitBytes)
    return audience.refuse(from.socket, Error::of(ErrorCode::too_much_unanswered), CloseCode::tooMuch);
  if (from.commits == 0)
    for (const Socket older : queue_.takeBack(commit.lane, from.socket))
      audience.close(older, CloseCode::goingAway, "A newer socket of its session took over.");
  ++from.commits;
  from.commitBytes += commit.bytes;
  ++counters_.commits;
  commit.cameAt = now;
  if (queue_.add(std::move(commit))) depart(now);
}

void Organization::reject(Socket socket, const CommitName& commit, const Error& error) {
  counters_.reject(codeText(error.code));
  logRejection(commit, codeText(error.code));
  if (audience.find(socket)) outbox_.send(socket, rejectionText(commit, error));
}

void Organization::logRejection(const CommitName& commit, std::string_view code) {
  outbox_.log("debug", "a commit was rejected", name_, {{"key", commit.key}, {"code", code}});
}

void Organization::grew(double head, double now) {
  audience.hear(head, now);
  if (head == told_ || head < 0) return;
  told_ = head;
  outbox_.hint(name_, head);
}

void Organization::depart(double now) {
  const auto pace = [&](Commit& commit) {
    const Caller who = caller({}, commit.actor);
    const CommitQueue::Wait wait = gate_.commit(who, now);
    if (wait.time > 0 && !std::exchange(commit.delayed, true)) gate_.delayed(who, now);
    return wait;
  };
  for (const CommitQueue::FlightNumber number : queue_.depart(pace, now)) launch(number);
}

void Organization::launch(CommitQueue::FlightNumber number) {
  ++counters_.batches;
  counters_.batchSizes.observe(static_cast<double>(queue_.size(number)));
  Call call{Purpose::batch, name_, 0, audience.log(), static_cast<double>(number)};
  call.isSlow = queue_.isPatient(number);
  outbox_.call(std::move(call), "commit", queue_.text(number, audience.published()));
}

/// What was decided in a log that was replaced since may not be so in this one: it is asked again.
void Organization::decided(const Call& call, bool ok, std::string_view bytes, double now) {
  const auto number = static_cast<CommitQueue::FlightNumber>(call.request);
  if (!audience.follows(call.turn)) ok = false;
  std::optional<Verdicts> verdicts = ok ? readVerdicts(bytes, queue_.size(number)) : std::nullopt;
  if (!verdicts) {
    const std::vector<Socket> givenUp = queue_.fail(number, now);
    if (!givenUp.empty()) ++counters_.givenUp, outbox_.log("warn", "a commit got no answer", name_);
    for (const Socket socket : givenUp)
      audience.close(socket, CloseCode::serverFault, codeText(ErrorCode::commit_no_result));
    return depart(now);
  }
  CommitQueue::Flight flight = queue_.land(number);
  for (std::size_t i = 0; i < flight.commits.size(); ++i)
    settle(std::move(flight.commits[i]), verdicts->outcomes[i], now);
  if (!verdicts->page.empty()) audience.offered(verdicts->page, now);
  grew(verdicts->head, now);
  depart(now);
}

void Organization::settle(Commit commit, const RawObject& outcome, double now) {
  const std::string status = outcome.text("status");
  if (status == "blocked") return queue_.block(std::move(commit), now);
  if (status == "behind") return queue_.again(std::move(commit));
  if (Subscriber* from = audience.find(commit.socket)) {
    --from->commits;
    from->commitBytes -= commit.bytes;
  }
  if (status == "revoked")
    return audience.refuse(commit.socket, Error::of(ErrorCode::apikey_revoked), CloseCode::credential);
  counters_.commitTimes.observe(now - commit.cameAt);
  if (status == "rejected") {
    const std::optional<RawObject> error = RawObject::read(outcome.find("error"));
    const std::string code = error ? error->text("code") : std::string();
    counters_.reject(code);
    logRejection(commit.name, code);
  }
  Subscriber* from = audience.find(commit.socket);
  if (!from) return;
  outbox_.send(commit.socket, receiptText(commit.name, outcome));
  if (from->isLeaving && from->commits == 0) audience.close(commit.socket, CloseCode::goingAway, "");
}

void Organization::retire(Socket socket) {
  Subscriber* subscriber = audience.find(socket);
  if (subscriber && subscriber->commits > 0)
    subscriber->isLeaving = true;
  else
    audience.close(socket, CloseCode::goingAway, "");
}

void Organization::refuse(Socket socket, double request, const Error& error) {
  counters_.refuse(error.code);
  outbox_.send(socket, refusalText(request, error));
}

std::optional<Error> Organization::tooOften(const Subscriber& subscriber, double now) {
  return gate_.request(caller(subscriber.identity.credential, actorText(subscriber)), now);
}

/// What ends a claim, or keeps one, is never asked too often: it would be held for longer.
bool Organization::admits(Subscriber& subscriber, Purpose purpose, double request, std::size_t bytes, double now) {
  if (purpose == Purpose::read || purpose == Purpose::claim)
    if (const std::optional<Error> error = tooOften(subscriber, now)) {
      refuse(subscriber.socket, request, *error);
      return false;
    }
  const bool full = subscriber.requests + subscriber.held.size() >= limits_.requests ||
                    subscriber.requestBytes >= limits_.commitBytes ||
                    (limits_.queuedBytes > 0 && requestBytes_ >= limits_.queuedBytes);
  if (!full) {
    ++subscriber.requests;
    subscriber.requestBytes += bytes;
    requestBytes_ += bytes;
    return true;
  }
  // A renewal comes again by itself. To close the socket for it would be for ever: whoever comes back asks for all that again.
  if (purpose != Purpose::renew) refuse(subscriber.socket, request, Error::of(ErrorCode::too_much_unanswered));
  return false;
}

void Organization::query(Subscriber& subscriber, double request, const Statement& statement, double now) {
  const std::string input = ObjectText().member("statement", statement.text).raw("params", statement.params).take();
  if (!admits(subscriber, Purpose::read, request, input.size(), now)) return;
  outbox_.call({Purpose::read, name_, subscriber.socket, audience.log(), request, input.size()}, "read", input);
}

void Organization::wasRead(const Call& call, Subscriber& subscriber, bool ok, std::string_view bytes, double now) {
  const std::optional<RawObject> answer = ok ? RawObject::read(bytes) : std::nullopt;
  if (!answer || answer->find("rows").empty()) return outbox_.send(call.socket, failureText(call.request, bytes));
  if (call.turn != audience.log()) return refuse(call.socket, call.request, Error::of(ErrorCode::log_epoch_changed));
  const double seq = answer->number("seq", 0);
  if (heldBytes(subscriber) >= limits_.heldBytes)
    return refuse(call.socket, call.request, Error::of(ErrorCode::too_much_unanswered));
  audience.hold(subscriber, {seq, call.request, answerText(call.request, "rows", *answer)});
  audience.hear(seq, now);
}

void Organization::coordinate(Subscriber& subscriber, Purpose purpose, double request, const std::string& input,
                              double now) {
  if (!admits(subscriber, purpose, request, input.size(), now)) return;
  outbox_.call({purpose, name_, subscriber.socket, audience.log(), request, input.size()}, functionText(purpose),
               input);
}

/// What was granted in a log that was replaced since is held by nobody in this one.
void Organization::coordinated(const Call& call, bool ok, std::string_view bytes, double now) {
  if (!audience.follows(call.turn)) {
    if (call.purpose != Purpose::renew && audience.find(call.socket))
      refuse(call.socket, call.request, Error::of(ErrorCode::log_epoch_changed));
    return;
  }
  const std::optional<RawObject> answer = ok ? RawObject::read(bytes) : std::nullopt;
  const std::string_view what = call.purpose == Purpose::heartbeat ? "claims" : "claim";
  if (call.purpose != Purpose::renew && audience.find(call.socket))
    outbox_.send(call.socket, answer ? answerText(call.request, what, *answer) : failureText(call.request, bytes));
  if (answer) grew(answer->number("head", -1), now);
}

void Organization::answer(const Call& call, bool ok, std::string_view bytes, double now) {
  Subscriber* subscriber = audience.find(call.socket);
  const bool awaited = subscriber && subscriber->turn == call.turn;
  if (isRequest(call.purpose)) requestBytes_ -= call.bytes;
  if (subscriber && isRequest(call.purpose)) {
    --subscriber->requests;
    subscriber->requestBytes -= call.bytes;
  }
  switch (call.purpose) {
    case Purpose::schema: break;  // the hub's own
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
    case Purpose::reorder:
    case Purpose::renew:
    case Purpose::heartbeat: coordinated(call, ok, bytes, now); break;
  }
}

void Organization::tick(double now) {
  for (const CommitQueue::FlightNumber number : queue_.resend(now)) launch(number);
  for (const CommitQueue::FlightNumber number : queue_.impatient(now))
    if (outbox_.withdraw(name_, number)) queue_.withdraw(number);
  depart(now);
  audience.tick(now);
}

double Organization::due() const { return std::min(queue_.due(), audience.due()); }

bool Organization::isOver() const { return audience.subscribers().empty() && queue_.empty() && !outbox_.awaits(name_); }

}  // namespace ablo::hub
