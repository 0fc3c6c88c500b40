// SPDX-License-Identifier: MIT
#include "hub/claim.h"

#include "base/limits.h"
#include "codec/raw_json.h"
#include "writes/operation.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kLongestNote = 8 * 1024;  // bytes of what a claim says of itself to everybody

Error invalid(std::string_view what) { return Error::of(ErrorCode::invalid_request, what); }

/// Claims have ids of the length of a uuid; the database does not have to take it from us.
bool isClaimId(const Json* id) {
  if (!id || !id->isString() || id->asString().size() != 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const char c = id->asString()[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

Outcome checkClaimId(const Json* id) {
  if (!isClaimId(id)) return invalid("A claim is known by a uuid.");
  return Nothing{};
}

Outcome checkClaimIds(const Json* ids, std::string_view name) {
  if (!ids || !ids->isArray() || ids->items().size() > kMostClaimsNamed)
    return invalid(std::string(name) + " is an array of claims' ids, of " + std::to_string(kMostClaimsNamed) +
                   " at most.");
  for (const Json& id : ids->items())
    if (const Outcome known = checkClaimId(&id); !known) return known.error();
  return Nothing{};
}

Outcome checkRowId(const Json& message) {
  const std::string_view id = message.text("id");
  if (id.empty() || id.size() > kLongestId) return Error::of(ErrorCode::invalid_id);
  return Nothing{};
}

Outcome checkTtl(const Json* ttl) {
  if (!isWhole(ttl) || ttl->asNumber() < kShortestTtl || ttl->asNumber() > kLongestTtl)
    return Error::of(ErrorCode::duration_invalid);
  return Nothing{};
}

/// The parts of the row that it is for. Absent: all of it.
Outcome checkFields(const Model& model, const Json* fields) {
  if (!fields) return Nothing{};
  if (!fields->isArray() || fields->items().empty()) return invalid("fields is an array of names, one at least.");
  for (const Json& name : fields->items())
    if (!model.field(name.asString())) return unknownField(model, name.asString());
  return Nothing{};
}

Outcome checkOptions(const Model& model, const Json& message) {
  if (const Outcome id = checkClaimId(message.find("claim")); !id) return id.error();
  if (const Outcome id = checkRowId(message); !id) return id.error();
  if (const Outcome ttl = checkTtl(message.find("ttl")); !ttl) return ttl.error();
  if (message.text("action").empty()) return invalid("A claim says what it is for (action).");
  if (const Json* description = message.find("description"); description && !description->isString())
    return invalid("description is text.");
  const Json* meta = message.find("meta");
  if (message.text("action").size() + message.text("description").size() + (meta ? writeJson(*meta).size() : 0) >
      kLongestNote)
    return Error::of(ErrorCode::request_too_large, {"action, description and meta of a claim have ",
                                                    std::to_string(kLongestNote), " bytes at most, together."});
  if (Outcome fields = checkFields(model, message.find("fields")); !fields) return fields;
  if (const Json* wait = message.find("wait"); !wait || !wait->isBoolean()) return invalid("wait is true or false.");
  if (const Json* depth = message.find("maxQueueDepth"); depth && !isWhole(depth))
    return invalid("maxQueueDepth is a whole number.");
  return Nothing{};
}

/// A row of a model.
Outcome readRow(const Schema& schema, const Json& message, ObjectText& text) {
  const Model* model = schema.model(message.text("model"));
  if (!model) return unknownModel(schema, message.text("model"));
  if (const Outcome id = checkRowId(message); !id) return id.error();
  text.member("model", model->key).member("id", message.text("id"));
  return Nothing{};
}

/// One claim; or, where there is a model, what somebody has on a row of it.
Outcome readMeant(const Schema& schema, const Json& message, ObjectText& text) {
  if (message.find("model")) return readRow(schema, message, text);
  if (const Outcome id = checkClaimId(message.find("claim")); !id) return id.error();
  text.member("claim", message.text("claim"));
  return Nothing{};
}

}  // namespace

Result<std::string> readClaim(const Schema& schema, const Participant& from, const Json& message, std::size_t most) {
  const Model* model = schema.model(message.text("model"));
  if (!model) return unknownModel(schema, message.text("model"));
  if (!from.identity.may(model->key, "update"))
    return Error::of(ErrorCode::permission_denied, model->key + ".update is not among its operations.");
  if (const Outcome options = checkOptions(*model, message); !options) return options.error();
  ObjectText text;
  text.member("actor", from.actor);
  if (!from.session.empty()) text.member("session", from.session);
  for (const std::string_view name :
       {"claim", "model", "id", "ttl", "action", "description", "fields", "meta", "wait", "live", "maxQueueDepth"})
    if (const Json* value = message.find(name)) text.member(name, *value);
  if (most > 0) text.member("most", most);
  return text.take();
}

Result<std::string> readReorder(const Schema& schema, const Participant& from, const Json& message) {
  ObjectText text;
  if (const Outcome row = readRow(schema, message, text); !row) return row.error();
  const Json* order = message.find("order");
  if (const Outcome ids = checkClaimIds(order, "order"); !ids) return ids.error();
  return text.member("order", *order).member("actor", from.actor).member("trusted", from.identity.mayReorder()).take();
}

Result<std::string> readRelease(const Schema& schema, const Participant& from, const Json& message) {
  ObjectText text;
  if (const Outcome meant = readMeant(schema, message, text); !meant) return meant.error();
  return text.member("actor", from.actor).take();
}

Result<std::string> readRenew(const Participant& from, const Json& message) {
  const Json* claims = message.find("claims");
  if (const Outcome ids = checkClaimIds(claims, "claims"); !ids) return ids.error();
  return ObjectText().member("claims", *claims).member("actor", from.actor).take();
}

Result<std::string> readHeartbeat(const Schema& schema, const Participant& from, const Json& message) {
  ObjectText text;
  if (const Json* claims = message.find("claims")) {
    if (const Outcome ids = checkClaimIds(claims, "claims"); !ids) return ids.error();
    text.member("claims", *claims);
  } else if (!message.find("claim") && !message.find("model")) {
    text.member("all", true);
  } else if (const Outcome meant = readMeant(schema, message, text); !meant) {
    return meant.error();
  }
  if (const Json* ttl = message.find("ttl")) {
    if (const Outcome lasting = checkTtl(ttl); !lasting) return lasting.error();
    text.member("ttl", *ttl);
  }
  if (const Json* patience = message.find("patience")) text.member("patience", *patience);
  return text.member("actor", from.actor).take();
}

Result<std::string> readClaims(const Schema& schema, const Participant& from, const Json& message) {
  ObjectText text;
  if (message.find("claim")) {
    if (const Outcome meant = readMeant(schema, message, text); !meant) return meant.error();
    return text.member("actor", from.actor).take();
  }
  const Json *id = message.find("id"), *field = message.find("field");
  if (!message.find("model")) {
    if (id || field) return invalid("Rows and fields are those of a model (model).");
    return std::string("{}");
  }
  const Model* model = schema.model(message.text("model"));
  if (!model) return unknownModel(schema, message.text("model"));
  if (field && !model->field(field->asString())) return unknownField(*model, field->asString());
  for (const std::string_view name : {"model", "id", "field"})
    if (const Json* value = message.find(name)) text.member(name, *value);
  return text.take();
}

}  // namespace ablo::hub
