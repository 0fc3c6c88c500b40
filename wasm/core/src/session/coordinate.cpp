// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/limits.h"
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr double kLeaving = 3'000;  // ms that a claim is taken to last which is only kept for the writes under it

}  // namespace

std::string Client::Impl::releaseFrame(uint32_t request, const std::string& claim) {
  return ObjectText().member("type", "release").member("request", request).member("claim", claim).take();
}

Outcome Client::Impl::checkClaim(const Json& asked) const {
  const int model = store_.schema().modelIndex(asked.text("model"));
  if (model < 0) return unknownModel(store_.schema(), asked.text("model"));
  const Model& description = store_.schema().models[static_cast<std::size_t>(model)];
  if (const Json* fields = asked.find("fields"))
    for (const Json& field : fields->items())
      if (!description.field(field.asString())) return unknownField(description, field.asString());
  if (asked.text("id").empty() || asked.text("id").size() > kLongestId) return Error::of(ErrorCode::invalid_id);
  return Nothing{};
}

/// Several rows are claimed one after the other, in an order that is the same for everybody: of two who want the same nobody
/// holds what the other waits for and waits for what the other holds.
Result<uint32_t> Client::Impl::claim(std::string_view text, double now) {
  const Result<Json> json = parseJson(text);
  if (!json) return json.error();
  if (session_.state() == Session::State::stopped) return Error::of(ErrorCode::client_disposed);
  const double ttl = json->number("ttl");
  if (!(ttl >= kShortestTtl && ttl <= kLongestTtl)) return Error::of(ErrorCode::duration_invalid);
  const Json* timeout = json->find("timeout");
  if (timeout && !(timeout->isNumber() && timeout->asNumber() >= 0)) return Error::of(ErrorCode::duration_invalid);

  Request request{Request::Kind::claim, {}, {}, std::nullopt, now};
  const Json* rows = json->find("rows");
  for (const Json& row : rows ? rows->items() : std::span(&*json, 1)) {
    Json asked = row;
    for (const Json::Member& member : json->members())
      if (member.name != "rows") asked.set(member.name, member.value);
    if (const Outcome checked = checkClaim(asked); !checked) return checked.error();
    request.claims.push_back(std::move(asked));
  }
  if (request.claims.empty()) return Error::of(ErrorCode::invalid_request, "A claim is of one row or more.");
  std::sort(request.claims.begin(), request.claims.end(), [](const Json& a, const Json& b) {
    return std::pair(a.text("model"), a.text("id")) < std::pair(b.text("model"), b.text("id"));
  });
  const uint32_t number = ask(std::move(request));
  claimNext(number, now);
  return number;
}

/// Asks for the claim whose turn it is.
void Client::Impl::claimNext(uint32_t number, double now) {
  Request& request = requests_.open()[number];
  const Json& asked = request.claims[request.turn];
  const std::string id = request.subject = asked.text("claim");
  const Claims::Target target{std::string(asked.text("model")), std::string(asked.text("id"))};
  List<std::string> lost;
  for (const auto& [other, own] : own_)
    if (own.state == OwnClaim::State::lost && own.target == target) lost.push_back(other);
  for (const std::string& other : lost) own_.erase(other);
  OwnClaim& own = own_[id];
  own.request = number;
  own.ttl = asked.number("ttl");
  own.target = target;
  own.message = requestText("claim", number, asked);
  own.renewAt = now + own.ttl / 3;
  if (const Json* timeout = asked.find("timeout")) own.lateAt = request.since + timeout->asNumber();
  if (session_.state() == Session::State::live) advance(id, OwnClaim::Event::connected, now);
}

/// One of those that were asked for together is held: the next of them has its turn, or all are.
void Client::Impl::granted(uint32_t number, double now) {
  const auto found = requests_.open().find(number);
  if (found == requests_.open().end()) return;
  Request& request = found->second;
  if (++request.turn < request.claims.size()) return claimNext(number, now);
  Json held = Json::array();
  for (const Json& asked : request.claims) {
    const Claim* claim = claims_.find(asked.text("claim"));
    if (!claim) return giveUp(number, {}, Error::of(ErrorCode::claim_lost), now);  // a load brought the end of it
    held.push(claim->json);
  }
  requests_.take(number);
  answered(number, writeJson(held));
}

/// Nobody waits for a claim any more, nor for those that were asked for together with it: what is held of them is given back, and
/// what is lost is nobody's to give back.
void Client::Impl::giveUp(uint32_t number, const std::string& id, const Error& error, double now) {
  const std::optional<Request> request = requests_.take(number);
  if (!request) return;
  refused(number, error);
  for (const Json& asked : request->claims) {
    const std::string other(asked.text("claim"));
    const auto own = own_.find(other);
    if (own == own_.end() || (other == id && own->second.state != OwnClaim::State::lost)) continue;
    advance(other, OwnClaim::Event::released, now);
    leaveClaim(other, now);
  }
}

/// What an event does to a claim of ours. `error` is told who waits for it, if they are to wait no longer.
void Client::Impl::advance(const std::string& id, OwnClaim::Event event, double now, const Error& error) {
  const auto found = own_.find(id);
  if (found == own_.end()) return;
  OwnClaim& own = found->second;
  const OwnClaim::Step step = OwnClaim::step(own.state, event);
  const uint32_t request = own.request;
  own.state = step.next;
  switch (step.effect) {
    case OwnClaim::Effect::none:
    case OwnClaim::Effect::refuse: break;
    case OwnClaim::Effect::ask: send(own.message); break;
    case OwnClaim::Effect::grant: own.renewAt = now + own.ttl / 3; break;
    case OwnClaim::Effect::lose: effects_.push_back({Record::lost, id}); break;
    case OwnClaim::Effect::leave: own.leaveRequest = askRelease(id, now); break;
    case OwnClaim::Effect::giveBack: send(releaseFrame(own.leaveRequest, id)); break;
  }
  if (own.state == OwnClaim::State::gone) own_.erase(id);
  if (step.effect == OwnClaim::Effect::grant) return granted(request, now);
  const bool ends = step.effect == OwnClaim::Effect::refuse || step.effect == OwnClaim::Effect::lose ||
                    step.effect == OwnClaim::Effect::leave;
  if (ends) giveUp(request, id, error, now);
}

void Client::Impl::advanceClaims(OwnClaim::Event event, double now, const Error& error) {
  List<std::string> ids;
  for (const auto& [id, own] : own_) ids.push_back(id);
  for (const std::string& id : ids) advance(id, event, now, error);
}

/// A claim is given back after the writes under it have settled, never before: the server takes both in the order they come.
Result<uint32_t> Client::Impl::release(std::string_view claim, double now) {
  const std::string id(claim);
  if (own_.contains(id)) {
    advance(id, OwnClaim::Event::released, now,
            Error::of(ErrorCode::claim_not_found, "It was given back before it was granted."));
    const auto leaving = own_.find(id);
    const uint32_t request = leaving == own_.end() ? 0 : leaving->second.leaveRequest;
    leaveClaims(now);
    return request;
  }
  const uint32_t number = askRelease(id, now);
  giveBack(id, number, now);
  return number;
}

/// Gives back a claim that this client does not hold, as far as it knows: after the writes under it, which went out with it.
void Client::Impl::giveBack(const std::string& id, uint32_t request, double now) {
  OwnClaim& own = own_[id];
  own.state = OwnClaim::State::leaving;
  own.leaveRequest = request;
  own.ttl = kLeaving;
  own.renewAt = now;
  leaveClaim(id, now);
}

uint32_t Client::Impl::askRelease(const std::string& id, double now) {
  const uint32_t number = ask({Request::Kind::line, id, {}, std::nullopt, now});
  requests_.open()[number].message = releaseFrame(number, id);
  return number;
}

Result<uint32_t> Client::Impl::reorder(std::string_view text, double now) {
  const Result<Json> json = parseJson(text);
  if (!json) return json.error();
  if (const Outcome checked = checkClaim(*json); !checked) return checked.error();
  const uint32_t number = ask({Request::Kind::line, {}, {}, std::nullopt, now});
  std::string& frame = requests_.open()[number].message = requestText("reorder", number, *json);
  if (session_.state() == Session::State::live) send(frame);
  return number;
}

/// One that is to be given back is, as soon as no write under it is without its outcome and the server can hear it.
void Client::Impl::leaveClaim(const std::string& id, double now) {
  if (session_.state() == Session::State::live && !store_.pending().underClaim(id))
    advance(id, OwnClaim::Event::settled, now);
}

void Client::Impl::leaveClaims(double now) {
  List<std::string> ids;
  for (const auto& [id, own] : own_) ids.push_back(id);
  for (const std::string& id : ids) leaveClaim(id, now);
}

/// What the server keeps for this client and nobody here waits for any more: it was given back over a connection that was lost.
void Client::Impl::giveBackForgotten(double now) {
  Set<std::string> asked;
  for (const auto& [number, request] : requests_.open()) asked.insert(request.subject);
  for (const Claim* claim : claims_.list({}))
    if (claim->json.text("session") == options_.session && !own_.contains(claim->id) && !asked.contains(claim->id))
      giveBack(claim->id, 0, now);
}

/// Looks at a claim of ours after the log has said something of it. One that nobody here waits for any more was given back
/// before the database had it, or its answer was lost.
void Client::Impl::consider(const std::string& id, double now) {
  const Claim* claim = claims_.find(id);
  if (!claim)
    advance(id, OwnClaim::Event::ended, now);
  else if (!own_.contains(id) && claim->json.text("session") == options_.session)
    giveBack(id, 0, now);
  else if (claim->active)
    advance(id, OwnClaim::Event::granted, now);
}

/// What was `shown` and may only not be here, rows of a query or a row, cannot be relied on: it may be what was never seen.
Outcome Client::Impl::capture(const Json& read, Snapshots::Taken& taken) {
  Json premise = Json::object().set("readAt", cursor_);
  if (const Json* query = read.find("query")) {
    const std::string text(query->asString());
    const Result<Json> asked = parseJson(text);
    if (!asked) return asked.error();
    Result<Query> parsed = parseQuery(store_.schema(), *asked);
    if (!parsed) return parsed.error();
    Json whole = Json::object();  // limit and order are no matter
    for (const std::string_view name : {"model", "where", "state"})
      if (const Json* value = asked->find(name)) whole.set(name, *value);
    if (!options_.loadAll && !store_.kept().covers(*parsed) && !store_.kept().complete(text))
      return Error::of(ErrorCode::sync_not_ready);
    premise.set("query", whole);
    const int model = parsed->model;
    taken.reads.push_back({model, {}, std::move(*parsed)});
  } else {
    const std::string_view model = read.text("model");
    if (model == "stamp" || model == "signal" || model == "onChange")
      return Error::of(ErrorCode::snapshot_reserved_key);
    const int index = store_.schema().modelIndex(model);
    if (index < 0) return unknownModel(store_.schema(), model);
    if (read.text("id").empty()) return Error::of(ErrorCode::invalid_id);
    const bool known = options_.loadAll || store_.slot(index, read.text("id")) >= 0 ||
                       store_.base(index, read.text("id")) || store_.kept().covers(index, read.text("id"));
    if (read.find("shown") && !known) return Error::of(ErrorCode::sync_not_ready);
    premise.set("model", model).set("id", read.text("id"));
    taken.reads.push_back({index, std::string(read.text("id")), std::nullopt});
  }
  taken.premises.push(std::move(premise));
  return Nothing{};
}

Result<Client::SnapshotTaken> Client::Impl::snapshot(std::string_view captured) {
  const Result<Json> json = parseJson(captured, kTrustedJson);
  if (!json) return json.error();
  if (cursor_ < 0) return Error::of(ErrorCode::sync_not_ready);
  const uint32_t number = snapshots_.open();
  Snapshots::Taken& taken = snapshots_[number];
  taken.version = store_.version();
  const Json* reads = json->find("reads");
  for (const Json& read : reads ? reads->items() : std::span<const Json>())
    if (Outcome outcome = capture(read, taken); !outcome) {
      snapshots_.close(number);
      return outcome.error();
    }
  return SnapshotTaken{number, cursor_};
}

}  // namespace ablo
