// SPDX-License-Identifier: MIT
#include "hub/hello.h"

namespace ablo::hub {

namespace {

constexpr std::size_t kLongestName = 255;

Error invalid(std::string_view what) { return Error::of(ErrorCode::invalid_request, what); }

}  // namespace

Result<Hello> readHello(const Json& message) {
  Hello hello;
  hello.schema = message.text("schema");
  if (hello.schema.empty()) return invalid("A hello names its schema.");
  hello.session = message.text("session");
  if (hello.session.empty() || hello.session.size() > kLongestName) return invalid("A hello names its session.");
  const std::string_view bootstrap = message.text("bootstrap");
  if (bootstrap != "full" && bootstrap != "none") return invalid("bootstrap is full or none.");
  hello.full = bootstrap == "full";
  if (const Json* cursor = message.find("cursor")) {
    if (!isWhole(cursor)) return invalid("A cursor is a seq.");
    hello.cursor = cursor->asNumber();
    hello.epoch = message.text("epoch");
    if (hello.epoch.empty()) return invalid("A cursor comes with its epoch.");
  }
  hello.agent = message.text("agent");
  if (hello.agent.size() > kLongestName) return invalid("The name of an agent is at most 255 bytes.");
  return hello;
}

}  // namespace ablo::hub
