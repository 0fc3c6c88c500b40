// SPDX-License-Identifier: MIT
//
// Address: what of an IP address is counted as one caller.
#pragma once

#include <string>
#include <string_view>

namespace ablo::hub {

/// IPv4 whole, of IPv6 the first 64 bits: whoever has one of those has all the rest. Empty for what is not counted:
/// this machine and private networks, where a proxy stands for everybody behind it, and what is no address.
std::string countedAddress(std::string_view text);

}  // namespace ablo::hub
