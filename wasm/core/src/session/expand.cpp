// SPDX-License-Identifier: MIT
//
// Expanding: a query that names relations is answered when the rows they lead to are here as well. Those are queries like any
// other, asked by the values of the rows that came; a query waits for its parts, and fails with the first of them.
#include "codec/raw_json.h"
#include "session/conversation.h"

namespace ablo {

namespace {

constexpr std::size_t kIdsAtOnce = 500;

}  // namespace

/// Asks for what the rows of an answer lead to. True: there is something to wait for.
bool Client::Impl::expand(uint32_t number, Request request, std::span<const Json> rows, double now) {
  const Model& model = store_.schema().models[static_cast<std::size_t>(request.query->model)];
  for (const int index : request.query->expand) {
    const Relation& relation = model.relations[static_cast<std::size_t>(index)];
    const bool upwards = relation.kind == Relation::Kind::belongsTo;
    Set<std::string> values;
    for (const Json& row : rows)
      if (const std::string_view value = row.text(upwards ? relation.foreignKey : "id"); !value.empty())
        values.insert(value);
    for (auto value = values.begin(); value != values.end();) {
      Json list = Json::array();
      for (; value != values.end() && list.items().size() < kIdsAtOnce; ++value) list.push(value->first);
      Json condition = Json::array();
      condition.push(upwards ? "id" : relation.foreignKey).push("IN").push(std::move(list));
      Json where = Json::array().push(std::move(condition));
      const Result<uint32_t> part =
          load(ObjectText().member("model", relation.target).member("where", where).take(), now);
      if (part && *part != 0) request.parts.push_back(*part);
    }
  }
  if (request.parts.empty()) return false;
  request.message.clear();  // it was answered itself
  request.since = now;
  requests_.open()[number] = std::move(request);
  return true;
}

/// Something was answered, or refused: what waited for it waits for one less, or is refused as well.
void Client::Impl::partEnded(uint32_t part, const Error* error, double now) {
  List<uint32_t> whole, failed;
  for (auto& [number, request] : requests_.open())
    if (eraseIf(request.parts, [&](uint32_t one) { return one == part; }) > 0)
      (error ? failed : whole).push_back(number);
  for (const uint32_t number : failed) refuse(number, *error, now);
  for (const uint32_t number : whole) {
    if (!requests_.open()[number].parts.empty()) continue;
    requests_.take(number);
    answered(number);
    partEnded(number, nullptr, now);
  }
}

}  // namespace ablo
