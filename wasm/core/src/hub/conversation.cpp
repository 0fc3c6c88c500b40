// SPDX-License-Identifier: MIT
#include "hub/conversation.h"

#include "hub/claim.h"
#include "query/query.h"

namespace ablo::hub {

namespace {

using Purpose = Call::Purpose;

Error invalid(std::string_view what) { return Error::of(ErrorCode::invalid_request, what); }

}  // namespace

void Conversation::receive(std::string_view bytes) {
  if (!subscriber_.unheard.empty())
    return organization_.audience.close(subscriber_.socket, CloseCode::goingAway, "Its schema is looked for.");
  const Result<Json> message = parseJson(bytes);
  if (!message) return refuse(message.error(), CloseCode::malformed);
  const std::string_view type = message->text("type");
  if (type == "hello") return hello(*message, bytes);

  if (organization_.audience.take(subscriber_, SubscriberEvent::message) != SubscriberAction::accept)
    return refuse(invalid("A conversation begins with a hello."), CloseCode::malformed);
  if (type == "commit") return commit(*message, bytes.size());
  if (type == "query") return query(*message);
  if (type == "claim") return coordinate(*message, Purpose::claim);
  if (type == "release") return coordinate(*message, Purpose::release);
  if (type == "reorder") return coordinate(*message, Purpose::reorder);
  if (type == "renew") return coordinate(*message, message->find("request") ? Purpose::heartbeat : Purpose::renew);
  if (type == "ping") return outbox_.send(subscriber_.socket, pongText());
  refuse(invalid("There is no message '" + std::string(type.substr(0, 32)) + "'."), CloseCode::malformed);
}

void Conversation::hello(const Json& message, std::string_view bytes) {
  const Result<Hello> hello = readHello(message);
  if (!hello) return refuse(hello.error(), CloseCode::malformed);
  if (!schema_ || hello->schema != schema_->hash) return lookForSchema(bytes);
  subscriber_.schemaAsked = false;
  Result<Json> actor = subscriber_.identity.actsAs(hello->agent);
  if (!actor) return refuse(actor.error(), CloseCode::forbidden);

  const bool again = subscriber_.state != SubscriberState::greeting;  // it has come in already, and been counted
  subscriber_.actor = std::move(*actor);
  if (again)
    if (const std::optional<Error> error = organization_.tooOften(subscriber_, now_))
      return refuse(*error, CloseCode::tooMuch);
  subscriber_.deadline = subscriber_.identity.expiresAt;
  if (hello->cursor) ++counters_.resumes;
  organization_.audience.greet(subscriber_, *hello);
}

void Conversation::lookForSchema(std::string_view hello) {
  if (subscriber_.schemaAsked)
    return refuse(Error::of(schema_ ? ErrorCode::schema_mismatch : ErrorCode::schema_not_pushed), CloseCode::schema);
  subscriber_.schemaAsked = true;
  subscriber_.unheard = hello;
  const Json input = Json::object({{"than", schema_ ? Json(schema_->hash) : Json()}});
  outbox_.call({Purpose::schema, subscriber_.identity.organization, subscriber_.socket}, "other_schema",
               writeJson(input));
}

void Conversation::commit(const Json& message, std::size_t bytes) {
  Result<CommitName> name = readCommitName(message);
  if (!name) return refuse(name.error(), CloseCode::malformed);
  Result<Commit> commit = readCommit(*schema_, subscriber_, *name, message);
  if (!commit) return organization_.reject(subscriber_.socket, *name, commit.error());
  commit->bytes = bytes;
  organization_.commit(subscriber_, std::move(*commit), now_);
}

void Conversation::query(const Json& message) {
  if (!isWhole(message.find("request")))
    return refuse(invalid("A query has the number of its request."), CloseCode::malformed);
  const double request = message.number("request");
  const Result<Query> query = parseQuery(*schema_, message);
  if (!query) return organization_.refuse(subscriber_.socket, request, query.error());
  organization_.query(subscriber_, request, readStatement(*schema_, *query), now_);
}

void Conversation::coordinate(const Json& message, Purpose purpose) {
  const bool answered = purpose != Purpose::renew;
  if (answered && !isWhole(message.find("request")))
    return refuse(invalid("What is to be answered has the number of its request."), CloseCode::malformed);
  const double request = message.number("request");
  const std::size_t most = organization_.claimsPerActor();
  const Result<std::string> input = [&] {
    switch (purpose) {
      case Purpose::claim: return readClaim(*schema_, subscriber_, message, most);
      case Purpose::release: return readRelease(*schema_, subscriber_, message);
      case Purpose::reorder: return readReorder(*schema_, subscriber_, message);
      default: return readRenew(subscriber_, message);
    }
  }();
  if (input) return organization_.coordinate(subscriber_, purpose, request, *input, now_);
  if (!answered) return refuse(input.error(), CloseCode::malformed);
  organization_.refuse(subscriber_.socket, request, input.error());
}

}  // namespace ablo::hub
