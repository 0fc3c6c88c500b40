// SPDX-License-Identifier: MIT
#include "hub/commit.h"

#include <algorithm>

#include "base/limits.h"
#include "codec/raw_json.h"
#include "hub/hello.h"
#include "writes/operation.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kMostClaims = 500;
constexpr double kMostAttempts = 1'000'000;
constexpr double kLatest = 253'402'300'799'999;  // the end of the year 9999

Error invalid(std::string_view what) { return Error::of(ErrorCode::write_options_invalid, what); }

Outcome checkOptions(const Json& message) {
  const Json* issuedAt = message.find("issuedAt");
  if (!issuedAt || !isWhole(issuedAt) || issuedAt->asNumber() > kLatest)
    return invalid("issuedAt is a time, in milliseconds since 1970.");
  if (const Json* readAt = message.find("readAt"); readAt && !isWhole(readAt)) return invalid("readAt is a seq.");
  if (const Json* onStale = message.find("onStale")) {
    const std::string_view wish = onStale->asString();
    if (wish != "reject" && wish != "force" && wish != "flag") return invalid("onStale is reject, force or flag.");
  }
  if (const Json* claims = message.find("claims")) {
    if (!claims->isArray() || claims->items().size() > kMostClaims) return invalid("claims is an array.");
    for (const Json& claim : claims->items())
      if (claim.text("id").empty() || !isWhole(claim.find("fence")))
        return invalid("A claim of a commit is its id and its fence.");
  }
  return Nothing{};
}

/// To archive is to update: credentials know no word of their own for it.
Outcome checkPermission(const Identity& identity, const Model& model, const Operation& operation) {
  const bool archives = operation.kind == Operation::Kind::archive || operation.kind == Operation::Kind::unarchive;
  const std::string_view needed = archives ? "update" : operationText(operation.kind);
  if (identity.may(model.key, needed)) return Nothing{};
  return Error::of(ErrorCode::permission_denied,
                   model.key + "." + std::string(needed) + " is not among its operations.");
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

  Commit commit;
  Json list = Json::array();
  for (const Operation& operation : *operations) {
    const Model& model = schema.models[static_cast<std::size_t>(operation.model)];
    if (const Outcome allowed = checkPermission(from.identity, model, operation); !allowed) return allowed.error();
    commit.rows.push_back(model.key + "\n" + operation.id);
    list.push(writeOperation(schema, operation));
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
  for (const std::string_view option : {"readAt", "onStale", "claims"})
    if (const Json* value = message.find(option)) text.member(option, *value);

  commit.name = std::move(name);
  commit.socket = from.socket;
  commit.lane = writeJson(from.actor) + from.session;
  commit.text = text.take();
  return commit;
}

}  // namespace ablo::hub
