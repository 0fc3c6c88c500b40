// SPDX-License-Identifier: MIT
#include "hub/coordinate.h"

#include <algorithm>

#include "codec/raw_json.h"
#include "hub/claim.h"
#include "hub/duration.h"
#include "writes/operation.h"

namespace ablo::hub {

namespace {

constexpr double kUsualTtl = 60'000;     // ms
constexpr double kLongestWait = 60'000;  // ms

Error invalid(std::string_view what) { return Error::of(ErrorCode::invalid_request, what); }

/// The first of them that is there and not null.
const Json* first(std::initializer_list<const Json*> places) {
  for (const Json* place : places)
    if (place && !place->isNull()) return place;
  return nullptr;
}

Result<Participant> readParticipant(std::string_view caller) {
  std::optional<Identity> identity = readIdentity(caller);
  const Result<Json> json = parseJson(caller);
  if (!identity || !json) return Error::of(ErrorCode::internal_error);
  const std::string_view agent = json->text("agent");
  if (agent.size() > kLongestId) return invalid("The name of an agent is at most 255 bytes.");
  Result<Json> actor = identity->actsAs(agent);
  if (!actor) return actor.error();
  return Participant{std::move(*identity), std::move(*actor), {}};
}

/// What it is about: the path says so, or the body in its `target`.
Json readTarget(const Json& asked, const Json& body) {
  Json message = Json::object();
  const Json* target = first({body.find("target")});
  for (const std::string_view name : {"model", "id"})
    if (const Json* value = first({asked.find(name), target ? target->find(name) : nullptr})) message.set(name, *value);
  if (const Json* claim = first({asked.find("claim"), body.find("claimId")})) message.set("claim", *claim);
  return message;
}

Outcome readTtl(const Json& body, Json& message) {
  const Json* ttl = first({body.find("ttl")});
  if (!ttl) return Nothing{};
  const Result<double> duration = readDuration(*ttl, "ttl");
  if (!duration) return duration.error();
  message.set("ttl", *duration);
  return Nothing{};
}

Result<std::string> claim(const Schema& schema, const Participant& from, const Json& body, Json message,
                          std::size_t most) {
  const Json none, *given = first({body.find("target")});
  const Json& target = given ? *given : none;
  message.set("ttl", kUsualTtl).set("wait", true).set("action", "editing").set("live", true);
  if (const Outcome ttl = readTtl(body, message); !ttl) return ttl.error();
  if (const Json* queue = first({body.find("queue")})) message.set("wait", *queue);
  if (const Json* action = first({body.find("action"), body.find("reason")})) message.set("action", *action);
  if (const Json* meta = first({body.find("meta"), target.find("meta")})) message.set("meta", *meta);
  if (const Json* fields = first({target.find("fields"), body.find("fields")}))
    message.set("fields", *fields);
  else if (const Json* field = first({target.find("field"), body.find("field")}))
    message.set("fields", Json::array({*field}));
  for (const std::string_view name : {"description", "maxQueueDepth"})
    if (const Json* value = first({body.find(name)})) message.set(name, *value);
  if (!message.find("wait")->isBoolean()) return invalid("queue is true or false.");
  return readClaim(schema, from, message, most);
}

/// Who waits for the row, as ids or as `{claimId}`.
Result<std::string> reorder(const Schema& schema, const Participant& from, const Json& body, Json message) {
  const Json* order = body.find("order");
  if (!order || !order->isArray()) return invalid("order is an array of claims.");
  Json ids = Json::array();
  for (const Json& claim : order->items()) {
    const Json* id = claim.find("claimId");
    ids.push(id ? *id : claim);
  }
  return readReorder(schema, from, message.set("order", std::move(ids)));
}

Result<std::string> heartbeat(const Schema& schema, const Participant& from, const Json& body, Json message) {
  if (const Json* claims = first({body.find("claims")})) message.set("claims", *claims);
  if (const Outcome ttl = readTtl(body, message); !ttl) return ttl.error();
  return readHeartbeat(schema, from, message);
}

Result<double> readWait(const Json& body) {
  std::string text(body.text("wait"));
  if (!text.empty() && text.find_first_not_of("0123456789.") == std::string::npos) text += "s";
  const Result<double> wait = readDuration(Json(text), "wait");
  if (!wait) return wait.error();
  return std::min(*wait, kLongestWait);
}

}  // namespace

Result<std::string> coordinate(const Schema& schema, std::string_view caller, const Json& asked, std::size_t most) {
  const Result<Participant> from = readParticipant(caller);
  if (!from) return from.error();
  const Json none, *given = asked.find("body");
  const Json& body = given ? *given : none;
  Json message = readTarget(asked, body);
  std::string_view function = asked.text("type");
  ObjectText answer;
  if (function == "wait") {
    const Result<double> wait = readWait(body);
    if (!wait) return wait.error();
    function = "heartbeat";
    message = Json::object({{"claims", Json::array({Json(asked.text("claim"))})}, {"patience", *wait}});
    answer.member("wait", *wait);
  }
  if (const Json* field = first({asked.find("field")})) message.set("field", *field);
  const Result<std::string> input = function == "claim"       ? claim(schema, *from, body, std::move(message), most)
                                    : function == "release"   ? readRelease(schema, *from, message)
                                    : function == "reorder"   ? reorder(schema, *from, body, std::move(message))
                                    : function == "heartbeat" ? heartbeat(schema, *from, body, std::move(message))
                                                              : readClaims(schema, *from, message);
  if (!input) return input.error();
  return answer.member("function", function).member("input", *input).take();
}

}  // namespace ablo::hub
