// SPDX-License-Identifier: MIT
#include "hub/identity.h"

#include <algorithm>
#include <limits>

#include "hub/address.h"

namespace ablo::hub {

namespace {

std::vector<std::string> readTexts(const Json* list) {
  std::vector<std::string> texts;
  if (list)
    for (const Json& item : list->items()) texts.emplace_back(item.asString());
  return texts;
}

}  // namespace

bool Identity::may(std::string_view model, std::string_view operation) const {
  const std::string wanted = std::string(model) + "." + std::string(operation);
  return std::any_of(operations.begin(), operations.end(),
                     [&](const std::string& held) { return held == "*" || held == wanted; });
}

Result<Json> Identity::actsAs(std::string_view agent) const {
  if (agent.empty()) return actor;
  if (!mayNameAgent)
    return Error::of(ErrorCode::permission_denied, "Only the holder of a secret key may name the agent it acts as.");
  return Json::object({{"kind", "agent"}, {"id", agent}});
}

bool Identity::mayReorder() const {
  return mayNameAgent || std::find(operations.begin(), operations.end(), "intent.reorder") != operations.end();
}

std::optional<Identity> readIdentity(std::string_view text) {
  const Result<Json> json = parseJson(text);
  if (!json || json->text("organization").empty()) return std::nullopt;
  const Json* actor = json->find("actor");
  if (!actor || actor->text("kind").empty() || actor->text("id").empty()) return std::nullopt;

  Identity identity;
  identity.organization = json->text("organization");
  identity.actor = *actor;
  if (const Json* onBehalfOf = json->find("onBehalfOf")) identity.onBehalfOf = *onBehalfOf;
  identity.credential = json->text("credential");
  identity.address = countedAddress(json->text("address"));
  identity.groups = readTexts(json->find("groups"));
  std::sort(identity.groups.begin(), identity.groups.end());
  identity.operations = readTexts(json->find("operations"));
  identity.mayNameAgent = json->flag("mayNameAgent");
  identity.expiresAt = json->number("expiresAt", std::numeric_limits<double>::infinity());
  return identity;
}

}  // namespace ablo::hub
