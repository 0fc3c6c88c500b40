// SPDX-License-Identifier: MIT
//
// Intents: what is asked about claims, whoever holds them: who has what, and when it is free.
#include <algorithm>

#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

/// Those that a filter names: `{model?, id? or ids?, field?, others?}`. `others`: only those of other participants, which are
/// told apart by kind and id.
Result<List<const Claim*>> Client::Impl::claimsOf(const Json& filter) const {
  const Json* id = filter.find("id");
  if (filter.find("model") && store_.schema().modelIndex(filter.text("model")) < 0)
    return unknownModel(store_.schema(), filter.text("model"));
  if (id && id->asString().empty()) return Error::of(ErrorCode::invalid_id);

  Set<std::string_view> rows;
  const Json* ids = filter.find("ids");
  for (const Json& row : ids ? ids->items() : std::span<const Json>()) rows.insert(row.asString());
  const auto isOurs = [&](const Claim* claim) {
    const Json* actor = claim->json.find("actor");
    return actor && actor->text("kind") == actor_.text("kind") && actor->text("id") == actor_.text("id");
  };
  List<const Claim*> list;
  for (const Claim* claim : claims_.list(filter.text("model"), filter.text("id"), filter.text("field")))
    if ((!ids || rows.contains(claim->row)) && (!filter.find("others") || !isOurs(claim))) list.push_back(claim);
  return list;
}

Result<Json> Client::Impl::intents(std::string_view filter) const {
  const Result<Json> json = parseJson(filter);
  if (!json) return json.error();
  const Result<List<const Claim*>> claims = claimsOf(*json);
  if (!claims) return claims.error();
  Json list = Json::array();
  for (const Claim* claim : *claims) list.push(claim->json);
  return list;
}

Error Client::Impl::claimedBy(const List<const Claim*>& claims) {
  Json held = Json::array();
  for (const Claim* claim : claims)
    if (claim->active) held.push(claim->json);
  Error error = Error::of(ErrorCode::entity_claimed);
  error.details = ObjectText().member("claims", held).take();
  return error;
}

/// Is none of it held, as far as is known here? They may wait in line for it.
bool Client::Impl::isFree(const Json& filter) const {
  if (cursor_ < 0) return false;
  const Result<List<const Claim*>> claims = claimsOf(filter);
  return std::none_of(claims->begin(), claims->end(), [](const Claim* claim) { return claim->active; });
}

Result<uint32_t> Client::Impl::awaitFree(std::string_view text, double now) {
  const Result<Json> filter = parseJson(text);
  if (!filter) return filter.error();
  if (session_.state() == Session::State::stopped) return Error::of(ErrorCode::client_disposed);
  if (const Result<List<const Claim*>> claims = claimsOf(*filter); !claims) return claims.error();
  const Json* timeout = filter->find("timeout");
  if (timeout && !(timeout->isNumber() && timeout->asNumber() >= 0)) return Error::of(ErrorCode::duration_invalid);
  const std::string_view ifClaimed = filter->text("ifClaimed");
  if (filter->find("ifClaimed") && ifClaimed != "wait" && ifClaimed != "fail")
    return Error::of(ErrorCode::query_invalid, "ifClaimed is return, wait or fail.");
  if (isFree(*filter)) return 0u;
  if (ifClaimed == "fail" && cursor_ >= 0) return claimedBy(*claimsOf(*filter));
  Request request{Request::Kind::free, std::string(text), {}, std::nullopt, now};
  if (timeout) request.lateAt = now + timeout->asNumber();
  return ask(std::move(request));
}

void Client::Impl::answerFree() {
  List<uint32_t> free;
  for (const auto& [number, request] : requests_.open())
    if (request.kind == Request::Kind::free && isFree(*parseJson(request.subject))) free.push_back(number);
  for (const uint32_t number : free) {
    requests_.take(number);
    answered(number);
  }
}

/// Whoever waited for something to be free does not wait any more.
void Client::Impl::closeRequest(uint32_t number) {
  const auto found = requests_.open().find(number);
  if (found != requests_.open().end() && found->second.kind == Request::Kind::free) requests_.take(number);
}

}  // namespace ablo
