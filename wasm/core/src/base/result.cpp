// SPDX-License-Identifier: MIT
#include "ablo/result.h"

namespace ablo {

Error Error::of(ErrorCode code, std::string_view what) {
  std::string message(what);
  if (!message.empty()) message += ' ';
  message += sentence(code);
  return {code, std::move(message), {}};
}

}  // namespace ablo
