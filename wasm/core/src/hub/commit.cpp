// SPDX-License-Identifier: MIT
#include "hub/commit.h"

#include <algorithm>

#include "base/limits.h"
#include "codec/raw_json.h"
#include "query/sql.h"
#include "writes/guard.h"
#include "writes/operation.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kMostClaims = 500, kMostBasis = 10'000;
constexpr double kMostAttempts = 1'000'000;
constexpr double kLatest = 253'402'300'799'999;  // the end of the year 9999

Error invalid(std::string_view what) { return Error::of(ErrorCode::write_options_invalid, what); }

Outcome checkOptions(const Json& message) {
  const Json* issuedAt = message.find("issuedAt");
  if (!issuedAt || !isWhole(issuedAt) || issuedAt->asNumber() > kLatest)
    return invalid("issuedAt is a time, in milliseconds since 1970.");
  if (const Json* claims = message.find("claims")) {
    if (!claims->isArray() || claims->items().size() > kMostClaims) return invalid("claims is an array of 500 at most.");
    for (const Json& claim : claims->items())
      if (claim.text("id").empty() || !isWhole(claim.find("fence")))
        return invalid("A claim of a commit is its id and its fence.");
  }
  if (const Json* epoch = message.find("epoch"); epoch && !epoch->isString()) return invalid("epoch is text.");
  if (const Json* basedOn = message.find("basedOn")) {
    if (!basedOn->isArray() || basedOn->items().size() > kMostBasis) return invalid("basedOn is an array of 10000 at most.");
    for (const Json& commit : basedOn->items())
      if (const Result<CommitName> name = readCommitName(commit); !name) return name.error();
  }
  return Nothing{};
}

Error forbidden(const Model& model, std::string_view needed) {
  return Error::of(ErrorCode::permission_denied,
                   model.key + "." + std::string(needed) + " is not among its operations.");
}

/// To archive is to update: credentials know no word of their own for it.
Outcome checkPermission(const Identity& identity, const Model& model, const Operation& operation) {
  const bool archives = operation.kind == Operation::Kind::archive || operation.kind == Operation::Kind::unarchive;
  const std::string_view needed = archives ? "update" : operationText(operation.kind);
  if (identity.may(model.key, needed)) return Nothing{};
  return forbidden(model, needed);
}

/// What an operation, or a read, touches: fields by name; all of the row if it names none.
Json premiseOf(const Model& model, std::string_view id, const Guard& guard, Json fields) {
  Json premise = Json::object();
  premise.set("model", model.key).set("id", id).set("readAt", guard.readAt).set("onStale", onStaleText(guard.onStale));
  return fields.isNull() ? premise : premise.set("fields", std::move(fields));
}

Json premiseOf(const Model& model, const Operation& operation, const Guard& guard, std::size_t place) {
  Json fields;
  if (operation.kind == Operation::Kind::update) {
    fields = Json::array();
    for (const auto& [field, value] : operation.data) fields.push(model.fields[static_cast<std::size_t>(field)].name);
  }
  return premiseOf(model, operation.id, guard, std::move(fields)).set("operation", static_cast<double>(place));
}

Result<Guard> readReadGuard(const Json& read) {
  Guard guard;
  if (const Outcome given = readGuard(read, guard); !given) return given.error();
  if (guard.readAt < 0 || guard.onStale == OnStale::merge || guard.onStale == OnStale::force)
    return badOption("reads", "rows and queries with a readAt, and onStale reject or flag");
  return guard;
}

/// `{query, readAt, onStale?}`: all rows that it finds, and those that it does not find.
Result<Json> readQuery(const Schema& schema, const Identity& identity, const Json& read, Commit& commit) {
  const Result<Query> query = parseQuery(schema, *read.find("query"));
  if (!query) return query.error();
  const Model& model = schema.models[static_cast<std::size_t>(query->model)];
  if (!identity.may(model.key, "read")) return forbidden(model, "read");
  const Result<Guard> guard = readReadGuard(read);
  if (!guard) return guard.error();
  commit.models.insert(model.key);
  const Statement condition = imageCondition(schema, *query);
  return Json::object({{"model", model.key},
                       {"query", *read.find("query")},
                       {"condition", condition.text},
                       {"params", *parseJson(condition.params)},
                       {"readAt", guard->readAt},
                       {"onStale", onStaleText(guard->onStale)}});
}

/// `{model, id, fields?, readAt, onStale?}`: a row that was relied on and is not written.
Result<Json> readRow(const Schema& schema, const Identity& identity, const Json& read, Commit& commit) {
  const int index = schema.modelIndex(read.text("model"));
  if (index < 0) return unknownModel(schema, read.text("model"));
  const Model& model = schema.models[static_cast<std::size_t>(index)];
  if (!identity.may(model.key, "read")) return forbidden(model, "read");
  if (read.text("id").empty() || read.text("id").size() > kLongestId) return Error::of(ErrorCode::invalid_id);
  const Result<Guard> guard = readReadGuard(read);
  if (!guard) return guard.error();
  Json fields;
  if (const Json* names = read.find("fields")) {
    if (!names->isArray()) return badOption("fields", "an array of names");
    for (const Json& name : names->items())
      if (!model.field(name.asString())) return unknownField(model, name.asString());
    fields = *names;
  }
  commit.rows.push_back(model.key + "\n" + std::string(read.text("id")));
  commit.isGuarded |= guard->onStale == OnStale::reject;
  return premiseOf(model, read.text("id"), *guard, std::move(fields));
}

}  // namespace

Result<CommitName> readCommitName(const Json& message) {
  CommitName name{std::string(message.text("key")), message.number("attempt")};
  if (name.key.empty() || name.key.size() > kLongestKey)
    return Error::of(ErrorCode::invalid_request, "The key of a commit is text of 1 to 255 bytes.");
  if (!isWhole(message.find("attempt")) || name.attempt < 1 || name.attempt > kMostAttempts)
    return Error::of(ErrorCode::invalid_request, "The attempt of a commit is a whole number from 1 to a million.");
  return name;
}

Result<Commit> readCommit(const Schema& schema, const Subscriber& from, CommitName name, const Json& message) {
  const Result<std::vector<Operation>> operations = readOperations(schema, message.find("operations"));
  if (!operations) return operations.error();
  if (const Outcome options = checkOptions(message); !options) return options.error();

  Guard guard;
  if (const Outcome given = readGuard(message, guard); !given) return given.error();

  Commit commit;
  Json list = Json::array(), premises = Json::array();
  for (std::size_t i = 0; i < operations->size(); ++i) {
    const Operation& operation = (*operations)[i];
    const Model& model = schema.models[static_cast<std::size_t>(operation.model)];
    if (const Outcome allowed = checkPermission(from.identity, model, operation); !allowed) return allowed.error();
    Guard own = guard;
    if (const Outcome given = readGuard(message.find("operations")->items()[i], own); !given) return given.error();
    commit.rows.push_back(model.key + "\n" + operation.id);
    list.push(writeOperation(schema, operation));
    if (own.readAt < 0 || operation.kind == Operation::Kind::create) continue;
    premises.push(premiseOf(model, operation, own, i));
    commit.isGuarded |= own.onStale == OnStale::reject;
  }
  if (const Json* reads = message.find("reads")) {
    if (!reads->isArray() || reads->items().size() > kMostReads)
      return badOption("reads", "up to 500 rows and queries");
    for (const Json& read : reads->items()) {
      Result<Json> premise = (read.find("query") ? readQuery : readRow)(schema, from.identity, read, commit);
      if (!premise) return premise.error();
      premises.push(std::move(*premise));
    }
  }
  std::sort(commit.rows.begin(), commit.rows.end());
  commit.rows.erase(std::unique(commit.rows.begin(), commit.rows.end()), commit.rows.end());

  ObjectText text;
  text.member("key", name.key)
      .member("attempt", name.attempt)
      .member("issuedAt", *message.find("issuedAt"))
      .member("actor", from.actor);
  if (!from.identity.onBehalfOf.isNull()) text.member("onBehalfOf", from.identity.onBehalfOf);
  if (!from.identity.credential.empty()) text.member("credential", from.identity.credential);
  text.member("session", from.session).member("operations", list);
  if (!premises.items().empty()) text.member("premises", premises);
  for (const std::string_view option : {"epoch", "basedOn", "claims"})
    if (const Json* value = message.find(option)) text.member(option, *value);

  commit.name = std::move(name);
  commit.socket = from.socket;
  commit.actor = actorText(from);
  commit.lane = writeJson(from.actor) + from.session;
  commit.text = text.take();
  return commit;
}

}  // namespace ablo::hub
