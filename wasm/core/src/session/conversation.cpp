// SPDX-License-Identifier: MIT
#include "session/conversation.h"

#include <algorithm>

#include "base/hash.h"
#include "codec/raw_json.h"

namespace ablo {

namespace {

constexpr double kTokenSpare = 30'000;  // how long a token must still be good to be used again

constexpr int kExpired = 4001, kForbidden = 4003, kMalformed = 4009, kOtherSchema = 4010, kTooLarge = 1009;

}  // namespace

Result<std::string> Client::Impl::defineSchema(std::string_view document) {
  if (!store_.schema().hash.empty()) return Error::of(ErrorCode::invalid_options, "The schema was defined already.");
  Result<Schema> schema = parseSchema(document);
  if (!schema) return schema.error();
  const std::string hash = schema->hash;
  store_.define(std::move(*schema));
  return hash;
}

void Client::Impl::handle(Session::Event event, double now) {
  const Session::State before = session_.state();
  const Session::Effect effect = session_.handle(event, now, chance());
  if (session_.state() != before) statusChanged();
  perform(effect, now);
}

void Client::Impl::perform(Session::Effect effect, double now) {
  if (session_.state() == Session::State::live)
    offlineSince_ = -1;
  else if (offlineSince_ < 0 && session_.state() != Session::State::idle)
    offlineSince_ = now;

  switch (effect) {
    case Session::Effect::none: break;
    case Session::Effect::getToken:
      tokenReused_ = now + kTokenSpare < tokenLasts_;
      if (tokenReused_)
        handle(Session::Event::token, now);
      else
        effects_.push_back({Record::token, {}});
      break;
    case Session::Effect::connect: effects_.push_back({Record::connect, {}}); break;
    case Session::Effect::greet: greet(); break;
    case Session::Effect::ready: catchUp(now); break;
    case Session::Effect::ping: send(R"({"type":"ping"})"); break;
    case Session::Effect::disconnect:
      effects_.push_back({Record::disconnect, {}, kGoingAway});
      advanceAll(CommitLife::Event::lost);
      if (session_.state() == Session::State::refused)
        refuseAll(problem_.value_or(Error::of(ErrorCode::api_unreachable)), now);
      if (session_.state() == Session::State::stopped) refuseAll(Error::of(ErrorCode::client_disposed), now);
      break;
  }
}

/// What is held is given back on the way out, so that nobody waits for it to lapse; not under a write without an answer.
void Client::Impl::stop(double now) {
  if (session_.state() == Session::State::live)
    for (const auto& [id, own] : own_)
      if (own.renews() && !store_.pending().underClaim(id)) send(releaseFrame(0, id));
  handle(Session::Event::stop, now);
}

void Client::Impl::greet() {
  ObjectText hello;
  hello.member("type", "hello").member("schema", store_.schema().hash).member("session", options_.session);
  hello.member("bootstrap", options_.loadAll ? "full" : "none");
  if (cursor_ >= 0) hello.member("cursor", cursor_).member("epoch", epoch_);
  if (!options_.agent.empty()) hello.member("agent", options_.agent);
  send(hello.take());
}

/// The connection stands: everything that has no answer yet goes out, claims and questions first. Commits follow (receive.cpp).
void Client::Impl::catchUp(double now) {
  problem_.reset();
  statusChanged();
  advanceClaims(OwnClaim::Event::connected, now);
  for (auto& [id, own] : own_) own.renewAt = std::min(own.renewAt, now);
  for (const auto& [number, request] : requests_.open()) {
    const bool waits =
        request.kind == Request::Kind::claim || own_.contains(request.subject);  // said above, or after its writes
    if (!request.message.empty() && !waits) send(request.message);
  }
  askAgain(now);
  giveBackForgotten(now);
  leaveClaims(now);
  renewClaims(now);
}

void Client::Impl::closed(int code, std::string_view reason, double now) {
  advanceAll(CommitLife::Event::lost);
  resuming_ = false;
  // A server that may not say more to this socket names its reason in the close alone.
  if (const std::optional<ErrorCode> named = errorCode(reason); named && !(problem_ && problem_->code == *named))
    problem_ = Error::of(*named);
  else if (!problem_)
    problem_ = Error::of(ErrorCode::api_unreachable, reason.empty() ? std::string() : std::string(reason) + ".");
  statusChanged();
  switch (code) {
    case kExpired:
    case kForbidden:
      tokenLasts_ = -1;
      // One that was good a moment ago may have been replaced meanwhile.
      handle(tokenReused_ || problem_->code == ErrorCode::session_expired ? Session::Event::expired
                                                                          : Session::Event::refused,
             now);
      break;
    case kMalformed:
    case kOtherSchema:
    case kTooLarge: handle(Session::Event::refused, now); break;
    default: handle(Session::Event::lost, now);
  }
}

/// Without a code the next try may succeed; with one there will be no token until somebody does something about it.
void Client::Impl::tokenFailed(std::string_view code, std::string_view message, double now) {
  problem_ =
      Error::of(errorCode(code).value_or(code.empty() ? ErrorCode::api_unreachable : ErrorCode::session_expired));
  if (!message.empty()) problem_->message = message;
  statusChanged();
  handle(code.empty() ? Session::Event::noToken : Session::Event::denied, now);
}

void Client::Impl::tokenChanged(double now) {
  tokenLasts_ = -1;
  handle(Session::Event::nudge, now);
}

void Client::Impl::refuseAll(const Error& error, double now) {
  advanceClaims(OwnClaim::Event::ended, now, error);
  while (!requests_.open().empty()) refuse(requests_.open().begin()->first, error, now);
  for (PendingCommit* commit : store_.pending().commits())
    if (!commit->overdue) advance(*commit, CommitLife::Event::late, error);
  endRevisions(error);
}

void Client::Impl::refuse(uint32_t number, const Error& error, double now) {
  const auto request = requests_.open().find(number);
  if (request == requests_.open().end()) return;  // it ended with another one about the same claim
  if (request->second.kind == Request::Kind::claim)
    advance(std::string(request->second.subject), OwnClaim::Event::ended, now, error);
  if (requests_.take(number)) refused(number, error);
  partEnded(number, &error, now);
  store_.remember(requests_.waitsForRows());
}

/// Spreads the pauses of clients that lost their server together, without a source of randomness.
double Client::Impl::chance() const {
  return static_cast<double>(hashBytes(std::to_string(session_.failures()), hashBytes(options_.session)) % 1000) / 1000;
}

Json Client::Impl::status() const {
  Json status = Json::object();
  status.set("state", sessionStateText(session_.state())).set("cursor", cursor_).set("epoch", epoch_);
  status.set("organization", organization_).set("actor", actor_).set("resumes", resumes_).set("loaded", loadedOnce_);
  status.set("pending", static_cast<double>(store_.pending().commits().size() + revisions_.size()))
      .set("failures", session_.failures());
  if (offlineSince_ >= 0) status.set("offlineSince", offlineSince_);
  if (problem_) status.set("error", errorJson(*problem_));
  return status;
}

const Frame& Client::Impl::drain() {
  frame_.clear();
  store_.drain(frame_);
  for (const auto& [target, nothing] : claims_.takeChanged())
    if (const int model = store_.schema().modelIndex(target.first); model >= 0)
      frame_.word(static_cast<uint32_t>(Record::claims))
          .word(static_cast<uint32_t>(model))
          .word(store_.strings().mention(target.second));
  for (const Snapshots::Fallen& fallen : snapshots_.fallen()) {
    frame_.word(static_cast<uint32_t>(Record::premise))
        .word(fallen.snapshot)
        .word(static_cast<uint32_t>(fallen.severity));
    frame_.word(static_cast<uint32_t>(fallen.target.first)).word(store_.strings().mention(fallen.target.second));
  }
  for (const News& news : news_) {
    frame_.word(static_cast<uint32_t>(news.record)).word(news.number).word(news.outcome);
    if (news.record == Record::settled) frame_.number(news.seq);
    frame_.text(news.text);
  }
  news_.clear();
  if (std::exchange(statusChanged_, false)) frame_.word(static_cast<uint32_t>(Record::status));
  for (const Effect& effect : effects_) {
    frame_.word(static_cast<uint32_t>(effect.record));
    if (effect.record == Record::send || effect.record == Record::warning || effect.record == Record::lost)
      frame_.text(effect.text);
    if (effect.record == Record::disconnect) frame_.word(effect.code);
  }
  effects_.clear();
  // One that is set for earlier will do: tick() looks again.
  if (const double wake = nextWake(); wake >= 0 && (wake_ < 0 || wake < wake_)) {
    wake_ = wake;
    frame_.word(static_cast<uint32_t>(Record::wake)).number(wake);
  }
  return frame_;
}

}  // namespace ablo
