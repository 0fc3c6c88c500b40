// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/limits.h"
#include "session/conversation.h"

namespace ablo {

namespace {}

Result<uint32_t> Client::Impl::claim(std::string_view text, double now) {
  const Result<Json> json = parseJson(text);
  if (!json) return json.error();
  if (session_.state() == Session::State::stopped) return Error::of(ErrorCode::client_disposed);
  const int model = store_.schema().modelIndex(json->text("model"));
  if (model < 0) return unknownModel(store_.schema(), json->text("model"));
  const Model& description = store_.schema().models[static_cast<std::size_t>(model)];
  if (const std::string_view field = json->text("field"); !field.empty() && !description.field(field))
    return unknownField(description, field);
  if (json->text("id").empty() || json->text("id").size() > kLongestId) return Error::of(ErrorCode::invalid_id);
  const double ttl = json->number("ttl");
  if (!(ttl >= kShortestTtl && ttl <= kLongestTtl)) return Error::of(ErrorCode::duration_invalid);

  const std::string id(json->text("claim"));
  const uint32_t number = ask({Request::Kind::claim, id, {}, std::nullopt, now});
  Json message = Json::object({{"type", "claim"}, {"request", number}});
  for (const Json::Member& member : json->members()) message.set(member.name, member.value);
  const Claims::Target target{std::string(json->text("model")), std::string(json->text("id"))};
  std::erase_if(own_, [&](const auto& entry) {
    return entry.second.state == OwnClaim::State::lost && entry.second.target == target;
  });
  OwnClaim& own = own_[id];
  own.request = number;
  own.ttl = ttl;
  own.target = target;
  own.message = writeJson(message);
  own.renewAt = now + own.ttl / 3;
  requests_.open()[number].message = own.message;
  if (session_.state() == Session::State::live) {
    own.state = OwnClaim::State::asked;
    send(own.message);
  }
  return number;
}

/// A claim is given back after the writes under it have settled, never before: the server takes both in the order they come.
Result<uint32_t> Client::Impl::release(std::string_view claim, double now) {
  const std::string id(claim);
  if (const auto lost = own_.find(id); lost != own_.end() && lost->second.state == OwnClaim::State::lost) {
    own_.erase(lost);
    return 0u;
  }
  const uint32_t number = ask({Request::Kind::release, id, {}, std::nullopt, now});
  requests_.open()[number].message = writeJson(Json::object({{"type", "release"}, {"request", number}, {"claim", id}}));
  if (const auto found = own_.find(id); found != own_.end()) {
    OwnClaim& own = found->second;
    if (own.request && requests_.take(own.request))
      refused(own.request, Error::of(ErrorCode::claim_not_found, "It was given back before it was granted."));
    own.request = 0;
    own.state = OwnClaim::State::leaving;
    own.leaveRequest = number;
    leaveClaims(now);
  } else if (session_.state() == Session::State::live) {
    send(requests_.open()[number].message);
  }
  return number;
}

void Client::Impl::leaveClaims(double) {
  for (auto own = own_.begin(); own != own_.end();) {
    if (own->second.state != OwnClaim::State::leaving || store_.pending().underClaim(own->first)) {
      ++own;
      continue;
    }
    if (session_.state() == Session::State::live)
      if (const auto request = requests_.open().find(own->second.leaveRequest); request != requests_.open().end())
        send(request->second.message);
    own = own_.erase(own);
  }
}

/// Looks at a claim of ours after the log has said something of it.
void Client::Impl::consider(const std::string& id, double now) {
  const auto found = own_.find(id);
  if (found == own_.end()) return;
  OwnClaim& own = found->second;
  const Claim* claim = claims_.find(id);
  if (!claim) {
    endClaim(id, Error::of(ErrorCode::claim_lost));
    return;
  }
  if (!claim->active || own.state != OwnClaim::State::asked) return;
  own.state = OwnClaim::State::held;
  own.renewAt = now + own.ttl / 3;
  if (requests_.take(own.request)) answered(own.request, writeJson(claim->json));
  own.request = 0;
}

void Client::Impl::endClaim(const std::string& id, const Error& error) {
  const auto found = own_.find(id);
  if (found == own_.end()) return;
  if (const uint32_t request = found->second.request) {
    requests_.take(request);
    refused(request, error);
  }
  if (found->second.state == OwnClaim::State::held)
    found->second.state = OwnClaim::State::lost;
  else if (found->second.state != OwnClaim::State::leaving)
    own_.erase(found);
}

Json Client::Impl::intents(std::string_view filter) const {
  const Result<Json> json = parseJson(filter);
  Json list = Json::array();
  if (json)
    for (const Claim* claim : claims_.list(json->text("model"), json->text("id"), json->text("field")))
      list.push(claim->json);
  return list;
}

Result<Client::SnapshotTaken> Client::Impl::snapshot(std::string_view entities) {
  const Result<Json> json = parseJson(entities);
  if (!json) return json.error();
  if (cursor_ < 0) return Error::of(ErrorCode::sync_not_ready);
  std::set<Snapshots::Target> rows;
  if (const Json* models = json->find("models"))
    for (const Json::Member& member : models->members()) {
      if (member.name == "stamp" || member.name == "signal" || member.name == "onChange")
        return Error::of(ErrorCode::snapshot_reserved_key);
      const int model = store_.schema().modelIndex(member.name);
      if (model < 0) return unknownModel(store_.schema(), member.name);
      for (const Json& id : member.value.items()) rows.insert({model, id.asString()});
    }
  return SnapshotTaken{snapshots_.take(std::move(rows)), cursor_};
}

}  // namespace ablo
