// SPDX-License-Identifier: MIT
#include "hub/messages.h"

#include <cmath>

#include "base/hash.h"
#include "codec/block.h"

namespace ablo::hub {

namespace {

ObjectText message(std::string_view type) { return ObjectText().member("type", type); }

ObjectText receipt(const CommitName& commit) {
  return message("receipt").member("key", commit.key).member("attempt", commit.attempt);
}

}  // namespace

std::string welcomeText(const Subscriber& to, Start start, const std::string& epoch, double head,
                        const HubLimits& limits, double now) {
  ObjectText text = message("welcome");
  text.member("organization", to.identity.organization)
      .member("actor", to.actor)
      .member("epoch", epoch)
      .member("seq", head);
  text.member("start", start == Start::load ? "load" : "resume");
  text.member("commits", static_cast<double>(limits.commits));
  text.member("commitBytes", static_cast<double>(limits.commitBytes));
  if (std::isfinite(to.identity.expiresAt)) text.member("expiresAt", to.identity.expiresAt);
  return text.member("now", now).take();
}

std::string loadedText(const RawObject& load, const std::vector<std::string>& blocks, std::optional<ErrorCode> reason) {
  ObjectText text = message("loaded");
  text.raw("seq", load.find("seq")).raw("epoch", load.find("epoch"));
  text.raw("models", load.find("models").empty() ? "{}" : load.find("models"));
  if (!blocks.empty()) {
    Json names = Json::array();
    for (const std::string& block : blocks) names.push(hashText(blockChecksum(block)));
    text.member("blocks", names);
  }
  if (reason) text.member("reason", errorJson(Error::of(*reason)));
  return text.raw("claims", load.find("claims")).take();
}

std::string receiptText(const CommitName& commit, const RawObject& outcome) {
  return receipt(commit)
      .raw("status", outcome.find("status"))
      .raw("seq", outcome.find("seq"))
      .raw("notifications", outcome.find("notifications"))
      .raw("error", outcome.find("error"))
      .take();
}

std::string rejectionText(const CommitName& commit, const Error& error) {
  return receipt(commit).member("status", "rejected").member("error", errorJson(error)).take();
}

std::string answerText(double request, std::string_view name, const RawObject& answer) {
  return message("answer")
      .member("request", request)
      .raw("seq", answer.find("seq"))
      .raw(name, answer.find(name))
      .raw("error", answer.find("error"))
      .take();
}

std::string refusalText(double request, const Error& error) {
  return message("answer").member("request", request).member("error", errorJson(error)).take();
}

std::string failureText(double request, std::string_view answer) {
  const std::optional<RawObject> failure = RawObject::read(answer);
  if (!failure || failure->find("error").empty()) return refusalText(request, Error::of(ErrorCode::internal_error));
  return message("answer").member("request", request).raw("error", failure->find("error")).take();
}

std::string errorText(const Error& error) { return message("error").member("error", errorJson(error)).take(); }

std::string pongText() { return message("pong").take(); }

}  // namespace ablo::hub
