// SPDX-License-Identifier: MIT
//
// What a test says to a hub of commits, and what a database answers.
#pragma once

#include "hub_world.h"

namespace ablo::test {

inline std::string update(const std::string& key, const std::string& id, const std::string& more = "") {
  return R"({"type":"commit","key":")" + key +
         R"(","attempt":1,"issuedAt":1,"operations":[{"op":"update","model":"tasks","id":")" + id +
         R"(","data":{"title":"x"}}])" + more + "}";
}

/// `{head, receipts}` with these statuses; confirmed ones get the seqs up to `head`.
inline std::string verdicts(const std::vector<std::string>& statuses, double head) {
  std::string receipts;
  for (const std::string& status : statuses)
    receipts += (receipts.empty() ? "" : ",") + (R"({"status":")" + status) + "\"" +
                (status == "confirmed" ? R"(,"seq":)" + HubWorld::numberText(head) : "") + "}";
  return R"({"head":)" + HubWorld::numberText(head) + R"(,"receipts":[)" + receipts + "]}";
}

inline std::vector<std::string> keysOf(const Question& question) {
  std::vector<std::string> keys;
  for (const Json& commit : question.input.find("commits")->items()) keys.emplace_back(commit.text("key"));
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace ablo::test
