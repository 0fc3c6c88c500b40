// SPDX-License-Identifier: MIT
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

Result<Query> Client::Impl::query(std::string_view text) const {
  const Result<Json> json = parseJson(text);
  if (!json) return json.error();
  return parseQuery(store_.schema(), *json);
}

/// A query goes to the server unless its answer is here and being kept: the whole workspace is, or this very query was asked.
Result<uint32_t> Client::Impl::load(std::string_view text, double now) {
  Result<Query> query = this->query(text);
  if (!query) return query.error();
  if (options_.loadAll) {
    if (loadedOnce_) return 0u;
    if (const uint32_t asked = requests_.find(Request::Kind::everything, {})) return asked;
    return ask({Request::Kind::everything, {}, {}, std::nullopt, now});
  }
  if (cursor_ >= 0 && store_.kept().complete(text)) return 0u;
  if (const uint32_t asked = requests_.find(Request::Kind::query, text)) return asked;

  const uint32_t number = ask({Request::Kind::query, std::string(text), {}, std::move(*query), now});
  requests_.open()[number].message = requestText("query", number, *parseJson(text));
  store_.remember(true);
  if (session_.state() == Session::State::live) send(requests_.open()[number].message);
  return number;
}

/// Asks the kept queries that were not answered since the last fresh load, unless they are being asked.
void Client::Impl::askAgain(double now) {
  for (const std::string& query : store_.kept().outdated()) static_cast<void>(load(query, now));
}

std::string Client::Impl::requestText(std::string_view type, uint32_t number, const Json& asked) {
  ObjectText text;
  text.member("type", type).member("request", number);
  for (const Json::Member& member : asked.members())
    if (member.name != "timeout") text.member(member.name, member.value);
  return text.take();
}

uint32_t Client::Impl::ask(Request request) { return requests_.add(std::move(request)); }

void Client::Impl::refused(uint32_t request, const Error& error) {
  news_.push_back({Record::answered, request, 2, 0, writeJson(errorJson(error))});
}

}  // namespace ablo
