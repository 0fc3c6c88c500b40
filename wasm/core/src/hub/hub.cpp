// SPDX-License-Identifier: MIT
//
// Where events come in: each is brought to the organization it is about, after whoever's time is up was sent away, and
// before the hub looks when it has to be woken next.
#include "ablo/hub.h"

#include <algorithm>
#include <map>
#include <optional>

#include "hub/address.h"
#include "hub/alarms.h"
#include "hub/conversation.h"
#include "hub/coordinate.h"
#include "hub/gate.h"

namespace ablo {

using namespace hub;

namespace {

constexpr double kHelloWithin = 5'000;       // ms
constexpr double kLongestSleep = 3'600'000;  // ms: timers of the world outside overflow

}  // namespace

class Hub::Impl {
 public:
  explicit Impl(HubLimits limits) : limits_(limits), kept_{limits.keptBytes} {}

  Outcome admit(Visit visit, std::string_view text, double now) {
    const Result<Json> json = parseJson(text);
    if (!json) return json.error();
    Caller caller{countedAddress(json->text("address")), std::string(json->text("credential")),
                  std::string(json->text("actor")), std::string(json->text("organization"))};
    const std::optional<Error> error =
        visit == Visit::connection ? gate_.connect(caller, now) : gate_.request(caller, now);
    if (!error) return Nothing{};
    counters_.refuse(error->code);
    return *error;
  }

  Result<std::string> setSchema(std::string_view document) {
    Result<Schema> schema = parseSchema(document);
    if (!schema) return schema.error();
    const bool same = schema_ && schema_->hash == schema->hash;
    schema_ = std::move(*schema);
    if (same) return schema_->hash;
    for (auto& [name, organization] : organizations_) organization.audience.forgetWorkspace();
    for (const auto& [socket, seat] : seats_) {
      Audience& audience = organization(seat.organization).audience;
      const Subscriber* subscriber = audience.find(socket);
      const bool fits =
          !subscriber || subscriber->state == SubscriberState::greeting || subscriber->schema == schema_->hash;
      if (!fits) audience.refuse(socket, Error::of(ErrorCode::schema_mismatch), CloseCode::schema);
    }
    return schema_->hash;
  }

  Result<std::string> coordinate(std::string_view caller, std::string_view text) const {
    const Result<Json> asked = parseJson(text);  // its limits are those of a frame
    if (!asked) return asked.error();
    if (!schema_) return Error::of(ErrorCode::schema_not_pushed);
    return hub::coordinate(*schema_, caller, *asked, limits_.claimsPerActor);
  }

  void open(Socket socket, std::string_view text, double now) {
    std::optional<Identity> identity = readIdentity(text);
    if (retired_) return outbox_.close(socket, CloseCode::goingAway, "");
    if (!identity) return outbox_.close(socket, CloseCode::serverFault, codeText(ErrorCode::internal_error));
    Subscriber subscriber;
    subscriber.socket = socket;
    subscriber.deadline = std::min(identity->expiresAt, now + kHelloWithin);
    subscriber.identity = std::move(*identity);
    const Identity& who = subscriber.identity;
    const std::string name = who.organization;
    // Its address was asked about when it came.
    if (const std::optional<Error> error = gate_.connect({{}, who.credential, {}, name}, now)) {
      counters_.refuse(error->code);
      outbox_.send(socket, errorText(*error));
      return outbox_.close(socket, CloseCode::tooMuch, codeText(error->code));
    }
    if (!seats_.emplace(socket, Seat{name, who.address}).second) return;
    gate_.entered({who.address, {}, {}, name});
    deadlines_.set(socket, subscriber.deadline);
    organization(name).audience.join(std::move(subscriber));
  }

  void receive(Socket socket, std::string_view bytes, double now) {
    const auto seat = seats_.find(socket);
    if (retired_ || seat == seats_.end()) return;
    const std::string& name = seat->second.organization;
    Organization& home = organization(name);
    if (Subscriber* subscriber = home.audience.find(socket))
      Conversation(schema_ ? &*schema_ : nullptr, home, outbox_, counters_, *subscriber, now).receive(bytes);
    if (const Subscriber* subscriber = home.audience.find(socket)) deadlines_.set(socket, subscriber->deadline);
    review(name);
  }

  void closed(Socket socket) {
    const auto seat = seats_.extract(socket);
    if (seat.empty()) return;
    deadlines_.cancel(socket);
    const auto& [name, address] = seat.mapped();
    gate_.left({address, {}, {}, name});
    organization(name).audience.leave(socket);
    review(name);
  }

  void answer(Request request, bool ok, std::string_view bytes, double now) {
    const std::optional<Call> call = outbox_.answered(request);
    if (!call) return;
    if (call->purpose == Call::Purpose::schema)
      schemaRead(*call, ok, bytes, now);
    else
      organization(call->organization).answer(*call, ok, bytes, now);
    review(call->organization);
  }

  /// `take` is what an audience makes of the head of its log.
  void heads(const Result<Json>& heads, void (Audience::*take)(double, double), double now) {
    if (!heads) return;
    for (const Json::Member& member : heads->members())
      if (const auto found = organizations_.find(std::string(member.name)); found != organizations_.end()) {
        (found->second.audience.*take)(member.value.asNumber(), now);
        review(found->first);
      }
  }

  void tick(double now) {
    announced_ = 0;
    while (const std::optional<std::string> name = dues_.ring(now)) {
      organization(*name).tick(now);
      review(*name);
    }
  }

  void retire() {
    retired_ = true;
    for (const auto& [socket, seat] : seats_) organization(seat.organization).retire(socket);
  }

  /// Before every event: nobody whose time is up gets anything of it.
  void sendAway(double now) {
    while (const std::optional<Socket> socket = deadlines_.ring(now)) {
      Audience& audience = organization(seats_.at(*socket).organization).audience;
      const Subscriber* subscriber = audience.find(*socket);
      if (!subscriber) continue;
      if (subscriber->identity.expiresAt <= now)
        audience.close(*socket, CloseCode::credential, codeText(ErrorCode::session_expired));
      else
        audience.close(*socket, CloseCode::goingAway, "No hello came.");  // it may have slept: it shall come back
      review(seats_.at(*socket).organization);
    }
  }

  /// After every event.
  void setAlarm(double now) {
    const double next = std::min(deadlines_.next(), dues_.next());
    if (next != announced_ && std::isfinite(next)) outbox_.wake(std::min(next, now + kLongestSleep));
    announced_ = next;
  }

  std::string organizations() const {
    Json names = Json::array();
    for (const auto& [name, organization] : organizations_)
      if (!organization.audience.subscribers().empty()) names.push(name);
    return writeJson(names);
  }

  std::string statistics() const { return writeJson(figures()); }

  std::string metrics() const {
    std::size_t queued = 0;
    double behind = 0;
    for (const auto& [name, organization] : organizations_) {
      queued += organization.waiting();
      behind = std::max(behind, organization.audience.behind());
    }
    return writeJson(figures()
                         .set("loads", counters_.loads)
                         .set("givenUp", counters_.givenUp)
                         .set("queued", static_cast<uint64_t>(queued))
                         .set("waitingCalls", static_cast<uint64_t>(outbox_.waiting()))
                         .set("behind", behind)
                         .set("organizations", static_cast<uint64_t>(organizations_.size()))
                         .set("rejected", countsJson(counters_.rejected))
                         .set("refused", countsJson(counters_.refused))
                         .set("limited", countsJson(counters_.limited))
                         .set("batchSizes", counters_.batchSizes.json())
                         .set("commitTimes", counters_.commitTimes.json())
                         .set("publishTimes", counters_.publishTimes.json()));
  }

  const Frame& drain() { return outbox_.drain(); }

 private:
  struct Seat {
    std::string organization;
    std::string address;
  };

  Json figures() const {
    std::size_t sockets = 0;
    for (const auto& [name, organization] : organizations_) sockets += organization.audience.subscribers().size();
    return Json::object({{"sockets", static_cast<uint64_t>(sockets)},
                         {"commits", counters_.commits},
                         {"rejections", counters_.rejections},
                         {"batches", counters_.batches},
                         {"resumes", counters_.resumes},
                         {"inFlight", static_cast<uint64_t>(outbox_.unanswered())}});
  }

  /// What to do with a hello of another schema, now that it is known whether there is a newer one.
  void schemaRead(const Call& call, bool ok, std::string_view bytes, double now) {
    if (const Result<Json> answer = parseJson(bytes, kTrustedJson); ok && answer && answer->find("document"))
      if (const Result<std::string> hash = setSchema(answer->text("document")); !hash)
        outbox_.log("warn", "a schema in force cannot be read", call.organization, {{"why", hash.error().message}});
    Audience& audience = organization(call.organization).audience;
    if (!ok) return audience.close(call.socket, CloseCode::goingAway, "The schema cannot be read.");  // it comes back
    if (Subscriber* subscriber = audience.find(call.socket))
      receive(call.socket, std::exchange(subscriber->unheard, {}), now);
  }

  Organization& organization(const std::string& name) {
    return organizations_.try_emplace(name, name, schema_, outbox_, counters_, gate_, limits_, kept_).first->second;
  }

  /// After whatever happened in an organization: when does it have to be looked at again, and is it over?
  void review(const std::string& name) {
    const auto found = organizations_.find(name);
    if (found == organizations_.end()) return;
    dues_.set(name, found->second.due());
    if (found->second.isOver()) organizations_.erase(found);
  }

  const HubLimits limits_;
  std::optional<Schema> schema_;
  Outbox outbox_{limits_};
  Counters counters_;
  KeptBytes kept_;
  Gate gate_{limits_, counters_, outbox_};
  std::map<std::string, Organization> organizations_;
  std::map<Socket, Seat> seats_;  // of every socket that was not yet said to be closed
  Alarms<Socket> deadlines_;
  Alarms<std::string> dues_;
  double announced_ = 0;
  bool retired_ = false;
};

Hub::Hub(HubLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
Hub::~Hub() = default;

Result<std::string> Hub::setSchema(std::string_view document) { return impl_->setSchema(document); }

Outcome Hub::admit(Visit visit, std::string_view caller, double now) { return impl_->admit(visit, caller, now); }

Result<std::string> Hub::coordinate(std::string_view caller, std::string_view asked) const {
  return impl_->coordinate(caller, asked);
}

void Hub::open(Socket socket, std::string_view identity, double now) {
  impl_->sendAway(now);
  impl_->open(socket, identity, now);
  impl_->setAlarm(now);
}

void Hub::receive(Socket socket, std::string_view bytes, double now) {
  impl_->sendAway(now);
  impl_->receive(socket, bytes, now);
  impl_->setAlarm(now);
}

void Hub::closed(Socket socket, double now) {
  impl_->closed(socket);
  impl_->setAlarm(now);
}

void Hub::answer(Request request, bool ok, std::string_view bytes, double now) {
  impl_->sendAway(now);
  impl_->answer(request, ok, bytes, now);
  impl_->setAlarm(now);
}

void Hub::heads(std::string_view heads, double now) {
  impl_->sendAway(now);
  impl_->heads(parseJson(heads, kTrustedJson), &Audience::compare, now);
  impl_->setAlarm(now);
}

void Hub::hear(std::string_view heads, double now) {
  impl_->sendAway(now);
  impl_->heads(parseJson(heads), &Audience::hear, now);
  impl_->setAlarm(now);
}

void Hub::tick(double now) {
  impl_->sendAway(now);
  impl_->tick(now);
  impl_->setAlarm(now);
}

void Hub::retire(double now) {
  impl_->retire();
  impl_->setAlarm(now);
}

std::string Hub::organizations() const { return impl_->organizations(); }
std::string Hub::statistics() const { return impl_->statistics(); }
std::string Hub::metrics() const { return impl_->metrics(); }
const Frame& Hub::drain() { return impl_->drain(); }

}  // namespace ablo
