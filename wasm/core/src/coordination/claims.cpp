// SPDX-License-Identifier: MIT
#include "coordination/claims.h"

#include <algorithm>
#include <tuple>

namespace ablo {

namespace {

/// Among the claims of its row. It is another one after each transition.
auto place(const Claim& claim) {
  return std::tuple(!claim.active, claim.fence, claim.ticket, claim.position, claim.readAt);
}

}  // namespace

Claim Claim::read(const Json& json) {
  Claim claim;
  claim.id = json.text("id");
  claim.model = json.text("model");
  claim.row = json.text("row");
  claim.active = json.text("status") == "active";
  claim.position = json.number("position");
  claim.ticket = json.number("ticket");
  claim.fence = json.number("fence");
  claim.readAt = json.number("readAt");
  claim.json = json;
  return claim;
}

bool Claim::isOf(std::string_view field) const {
  const Json* fields = json.find("fields");
  if (!fields || field.empty()) return true;
  for (const Json& one : fields->items())
    if (one.asString() == field) return true;
  return false;
}

bool Claims::apply(const Json& json) {
  Claim claim = Claim::read(json);
  const std::string_view status = json.text("status");
  changed_.insert({claim.model, claim.row});
  if (status != "active" && status != "queued") {
    claims_.erase(claim.id);
    return false;
  }
  claims_[claim.id] = std::move(claim);
  return true;
}

void Claims::replaceAll(const Json* claims) {
  Map<std::string, Claim> before = std::exchange(claims_, {});
  for (const Json& json : claims ? claims->items() : std::span<const Json>()) {
    const auto known = before.find(json.text("id"));
    if (known == before.end() || place(known->second) != place(Claim::read(json))) {
      apply(json);
      continue;
    }
    claims_[known->first] = std::move(known->second);
    before.erase(json.text("id"));
  }
  for (const auto& [id, claim] : before) changed_.insert({claim.model, claim.row});
}

const Claim* Claims::find(std::string_view id) const {
  const auto found = claims_.find(id);
  return found == claims_.end() ? nullptr : &found->second;
}

bool Claims::Filter::isOf(std::string_view itsModel, std::string_view itsRow) const {
  if ((!model.empty() && model != itsModel) || (!row.empty() && row != itsRow)) return false;
  return !rows || std::binary_search(rows->begin(), rows->end(), itsRow);
}

List<const Claim*> Claims::list(const Filter& filter) const {
  List<const Claim*> list;
  const auto before = [](const Claim* a, const Claim* b) { return place(*a) < place(*b); };
  for (const auto& [id, claim] : claims_)
    if (filter.isOf(claim.model, claim.row) && claim.isOf(filter.field))
      list.insert(std::upper_bound(list.begin(), list.end(), &claim, before), &claim);
  return list;
}

}  // namespace ablo
