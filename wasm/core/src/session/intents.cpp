// SPDX-License-Identifier: MIT
//
// Intents: what is asked about claims, whoever holds them: who has what, and when it is free.
#include <algorithm>

#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

/// Those that `{model?, id? or ids?, field?}` means.
Result<Claims::Filter> Client::Impl::claimsMeant(const Json& asked) const {
  Claims::Filter filter{std::string(asked.text("model")), std::string(asked.text("id")),
                        std::string(asked.text("field")), std::nullopt};
  const int model = store_.schema().modelIndex(filter.model);
  if (asked.find("model") && model < 0) return unknownModel(store_.schema(), filter.model);
  if (asked.find("id") && filter.row.empty()) return Error::of(ErrorCode::invalid_id);
  if (model >= 0 && !filter.field.empty()) {
    const Model& description = store_.schema().models[static_cast<std::size_t>(model)];
    if (!description.field(filter.field)) return unknownField(description, filter.field);
  }
  if (const Json* ids = asked.find("ids")) {
    filter.rows.emplace();
    for (const Json& id : ids->items()) filter.rows->emplace_back(id.asString());
    std::sort(filter.rows->begin(), filter.rows->end());
  }
  return filter;
}

Result<Json> Client::Impl::intents(std::string_view text) const {
  const Result<Json> asked = parseJson(text);
  if (!asked) return asked.error();
  const Result<Claims::Filter> filter = claimsMeant(*asked);
  if (!filter) return filter.error();
  Json list = Json::array();
  for (const Claim* claim : claims_.list(*filter)) list.push(claim->json);
  return list;
}

/// Has this connection told how claims stood when it began? What an image or an earlier one told may be long over.
bool Client::Impl::isTold() const { return session_.state() == Session::State::live && !resuming_ && cursor_ >= head_; }

/// Who holds what is waited for: not who stands in line for it. Participants are told apart by kind and id.
List<const Claim*> Client::Impl::holders(const Request& request) const {
  List<const Claim*> holders;
  for (const Claim* claim : claims_.list(request.filter)) {
    const Json* actor = claim->json.find("actor");
    const bool isOurs = actor && actor->text("kind") == actor_.text("kind") && actor->text("id") == actor_.text("id");
    if (claim->active && !(request.others && isOurs)) holders.push_back(claim);
  }
  return holders;
}

Error Client::Impl::claimedBy(const List<const Claim*>& holders) {
  Json held = Json::array();
  for (const Claim* claim : holders) held.push(claim->json);
  Error error = Error::of(ErrorCode::entity_claimed);
  error.details = ObjectText().member("claims", held).take();
  return error;
}

Result<uint32_t> Client::Impl::awaitFree(std::string_view text, double now) {
  const Result<Json> asked = parseJson(text, kTrustedJson);
  if (!asked) return asked.error();
  if (session_.state() == Session::State::stopped) return Error::of(ErrorCode::client_disposed);
  Result<Claims::Filter> filter = claimsMeant(*asked);
  if (!filter) return filter.error();
  const Json* timeout = asked->find("timeout");
  if (timeout && !(timeout->isNumber() && timeout->asNumber() >= 0)) return Error::of(ErrorCode::duration_invalid);
  const std::string_view ifClaimed = asked->text("ifClaimed");
  if (asked->find("ifClaimed") && ifClaimed != "wait" && ifClaimed != "fail")
    return Error::of(ErrorCode::query_invalid, "ifClaimed is return, wait or fail.");
  Request request{Request::Kind::free, {}, {}, std::nullopt, now};
  request.filter = std::move(*filter);
  request.others = asked->find("others") != nullptr;
  request.refuses = ifClaimed == "fail";
  if (timeout) request.lateAt = now + timeout->asNumber();
  if (isTold()) {
    const List<const Claim*> held = holders(request);
    if (held.empty()) return 0u;
    if (request.refuses) return claimedBy(held);
  }
  return ask(std::move(request));
}

/// `all`: not only those who wait for what has changed.
void Client::Impl::answerFree(bool all) {
  if (!isTold()) return;
  List<uint32_t> free, refusing;
  for (const auto& [number, request] : requests_.open()) {
    if (request.kind != Request::Kind::free) continue;
    bool concerned = all;
    for (const auto& [target, nothing] : claims_.changed())
      concerned = concerned || request.filter.isOf(target.first, target.second);
    if (!concerned) continue;
    if (holders(request).empty())
      free.push_back(number);
    else if (request.refuses)
      refusing.push_back(number);
  }
  for (const uint32_t number : free) {
    requests_.take(number);
    answered(number);
  }
  for (const uint32_t number : refusing) refused(number, claimedBy(holders(*requests_.take(number))));
}

/// Whoever waited for something to be free does not wait any more.
void Client::Impl::closeRequest(uint32_t number) {
  const auto found = requests_.open().find(number);
  if (found != requests_.open().end() && found->second.kind == Request::Kind::free) requests_.take(number);
}

}  // namespace ablo
