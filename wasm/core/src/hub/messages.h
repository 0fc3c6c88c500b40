// SPDX-License-Identifier: MIT
//
// Messages: what the server says (docs/internals/wire.md), but for `changes`, which is Page's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/raw_json.h"
#include "hub/commit.h"
#include "hub/subscriber.h"

namespace ablo::hub {

enum class Start : uint8_t { load, resume };

std::string welcomeText(const Subscriber& to, Start start, const std::string& epoch, double head,
                        const HubLimits& limits, double now);
/// Out of what ablo.load answered. Its rows went ahead in the blocks, where there are some. `reason`: why the receiver
/// could not go on from where it was.
std::string loadedText(const RawObject& load, const std::vector<std::string>& blocks, std::optional<ErrorCode> reason);

/// Out of the commit's part of what ablo.commit answered.
std::string receiptText(const CommitName& commit, const RawObject& receipt);
std::string rejectionText(const CommitName& commit, const Error& error);

/// An answer to a request of a client: `name` is rows, claim or claims.
std::string answerText(double request, std::string_view name, const RawObject& answer);
std::string refusalText(double request, const Error& error);

/// The error of a call that failed, as the database's side named it.
std::string failureText(double request, std::string_view answer);

std::string errorText(const Error& error);
std::string pongText();

}  // namespace ablo::hub
