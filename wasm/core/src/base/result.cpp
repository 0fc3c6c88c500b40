// SPDX-License-Identifier: MIT
#include "ablo/result.h"

namespace ablo {

Error Error::of(ErrorCode code, std::string_view what) { return of(code, {what}); }

Error Error::of(ErrorCode code, std::initializer_list<std::string_view> what) {
  std::string message;
  for (const std::string_view part : what) message += part;
  if (!message.empty()) message += ' ';
  message += sentence(code);
  return {code, std::move(message), {}};
}

}  // namespace ablo
