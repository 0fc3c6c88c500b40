// SPDX-License-Identifier: MIT
//
// Who may write to a row that somebody else holds: nobody, unless the model says so of a kind of actor
// (`whileClaimed: {"user": "overwrite"}`). It is part of the plan and not of the schema's hash: clients need not know.
#include "codec/raw_json.h"
#include "schema/ddl.h"
#include "schema/ddl_text.h"

namespace ablo {

namespace {

/// model, kind of actor
constexpr std::string_view kMayOverwrite = R"(create or replace function ablo.may_overwrite(text, text) returns boolean
language sql immutable as $policy$ select {policy}::jsonb->$1 ? $2 $policy$)";

}  // namespace

Result<std::string> policyDdl(std::string_view document) {
  const Result<Json> json = parseJson(document, kTrustedJson);
  if (!json) return json.error();
  Json policy = Json::object();
  for (const Json::Member& model : json->find("models")->members()) {
    const Json* whileClaimed = model.value.find("whileClaimed");
    if (!whileClaimed) continue;
    const auto invalid = [&] {
      return Error::of(ErrorCode::invalid_schema,
                       {model.name, ": whileClaimed says of user, agent or system: overwrite or refuse."});
    };
    if (!whileClaimed->isObject()) return invalid();
    Json kinds = Json::array();
    for (const Json::Member& kind : whileClaimed->members()) {
      const bool isKind = kind.name == "user" || kind.name == "agent" || kind.name == "system";
      const bool overwrites = kind.value.asString() == "overwrite";
      if (!isKind || !(overwrites || kind.value.asString() == "refuse")) return invalid();
      if (overwrites) kinds.push(kind.name);
    }
    policy.set(model.name, std::move(kinds));
  }
  return fill(kMayOverwrite, {{"policy", quotedText(writeJson(policy))}});
}

}  // namespace ablo
