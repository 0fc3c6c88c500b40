// SPDX-License-Identifier: MIT
//
// SQL's LIKE: % is any text, _ one character (a whole UTF-8 one), backslash takes the next character as it is.
#pragma once

#include <string_view>

namespace ablo {

/// Folding is of ASCII letters only, as ILIKE under COLLATE "C" does it.
bool like(std::string_view text, std::string_view pattern, bool folded);

/// False for a pattern that ends in the middle of an escape, which Postgres refuses.
bool isWholePattern(std::string_view pattern);

bool equalsFolded(std::string_view a, std::string_view b);

}  // namespace ablo
