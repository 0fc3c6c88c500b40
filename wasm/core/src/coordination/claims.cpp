// SPDX-License-Identifier: MIT
#include "coordination/claims.h"

#include <algorithm>

namespace ablo {

Claim Claim::read(const Json& json) {
  Claim claim;
  claim.id = json.text("id");
  claim.model = json.text("model");
  claim.row = json.text("row");
  claim.field = json.text("field");
  claim.active = json.text("status") == "active";
  claim.position = json.number("position");
  claim.fence = json.number("fence");
  claim.readAt = json.number("readAt");
  claim.json = json;
  return claim;
}

bool Claims::apply(const Json& json) {
  Claim claim = Claim::read(json);
  const std::string_view status = json.text("status");
  const std::string id = claim.id;
  changed_.insert({claim.model, claim.row});
  if (status != "active" && status != "queued") {
    erase(id);
    return false;
  }
  byTarget_[{claim.model, claim.row}].insert(id);
  claims_[id] = std::move(claim);
  return true;
}

void Claims::clear() {
  for (const auto& [target, ids] : byTarget_) changed_.insert(target);
  claims_.clear();
  byTarget_.clear();
}

void Claims::erase(const std::string& id) {
  const auto found = claims_.find(id);
  if (found == claims_.end()) return;
  const auto target = byTarget_.find({found->second.model, found->second.row});
  target->second.erase(id);
  if (target->second.empty()) byTarget_.erase(target);
  claims_.erase(found);
}

const Claim* Claims::find(std::string_view id) const {
  const auto found = claims_.find(std::string(id));
  return found == claims_.end() ? nullptr : &found->second;
}

std::vector<const Claim*> Claims::list(std::string_view model, std::string_view row, std::string_view field) const {
  std::vector<const Claim*> list;
  const auto wanted = [&](const Claim& claim) { return field.empty() || claim.field.empty() || claim.field == field; };
  const auto before = [](const Claim* a, const Claim* b) {
    return a->active != b->active ? a->active : a->position < b->position;
  };
  const auto add = [&](const Claim& claim) {
    list.insert(std::upper_bound(list.begin(), list.end(), &claim, before), &claim);
  };
  if (!model.empty() && !row.empty()) {
    if (const auto target = byTarget_.find({std::string(model), std::string(row)}); target != byTarget_.end())
      for (const std::string& id : target->second)
        if (const Claim& claim = claims_.at(id); wanted(claim)) add(claim);
  } else {
    for (const auto& [id, claim] : claims_)
      if ((model.empty() || claim.model == model) && (row.empty() || claim.row == row) && wanted(claim)) add(claim);
  }
  return list;
}

std::set<Claims::Target> Claims::changed() { return std::exchange(changed_, {}); }

}  // namespace ablo
